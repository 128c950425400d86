"""The JSON that pytest-benchmark stores, for `pytest-benchmark compare` and the dashboards that read it.

Its statistics are times. They are those of the trials here too, from the start of each process to its end; the peak is
in `extra_info`, where the pytest plugin of membench puts it as well.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles, stdev
from typing import Any

from membench.harness.model import Environment, Results
from membench.reports.figures import Figure
from membench.reports.wording import plain

_SHAPE = "5.0.0"  # the version of pytest-benchmark that this is the shape of
_TUKEY = 1.5  # its outliers are those of Tukey: so many interquartile ranges beyond the quartiles


@dataclass(frozen=True, slots=True)
class PytestBenchmark:
    """A benchmark for each figure, in the group of its scenario."""

    name: str = "pytest-benchmark"
    summary: str = "the JSON that pytest-benchmark stores, with the peak in extra_info"

    def render(self, results: Results, figures: Sequence[Figure]) -> str:
        """Return the JSON object; times are seconds, sizes bytes."""
        document = {
            "machine_info": _machine(results.environment),
            "commit_info": {"id": "unversioned", "time": None, "author_time": None, "dirty": False, "branch": None},
            "benchmarks": [_benchmark(figure) for figure in figures],
            "datetime": plain(results.created),
            "version": _SHAPE,
        }
        return json.dumps(document, indent=4) + "\n"


def _machine(environment: Environment) -> dict[str, Any]:
    return {
        "machine": plain(environment.machine),
        "python_implementation": plain(environment.implementation),
        "python_implementation_version": plain(environment.python),
        "python_version": plain(environment.python),
        "release": plain(environment.kernel),
        "system": "Linux",
        "cpu": {"count": environment.cpu_count},
    }


def _benchmark(figure: Figure) -> dict[str, Any]:
    return {
        "group": figure.scenario,
        "name": f"{figure.variant} ({figure.meter})",
        "fullname": f"{figure.name} ({figure.meter})",
        "params": None,
        "param": None,
        "extra_info": {
            f"{figure.meter}_bytes": figure.median_bytes,
            "smallest_bytes": figure.smallest_bytes,
            "largest_bytes": figure.largest_bytes,
            "outcome": figure.outcome,
        },
        "options": {},
        # A document may lack the times; a benchmark without a round cannot be read.
        "stats": _statistics(figure.wall_seconds or (0.0,)),
    }


def _statistics(seconds: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(seconds)
    middle, total = median(ordered), sum(ordered)
    low, _, high = quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else (middle, middle, middle)
    within = [value for value in ordered if low - _TUKEY * (high - low) <= value <= high + _TUKEY * (high - low)]
    mean, deviation = fmean(ordered), stdev(ordered) if len(ordered) > 1 else 0.0
    far = sum(abs(value - mean) > deviation for value in ordered)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(ordered),
        "median": middle,
        "iqr": high - low,
        "q1": low,
        "q3": high,
        "iqr_outliers": len(ordered) - len(within),
        "stddev_outliers": far,
        "outliers": f"{far};{len(ordered) - len(within)}",
        "ld15iqr": within[0],
        "hd15iqr": within[-1],
        "ops": len(ordered) / total if total else 0.0,
        "total": total,
        "data": list(seconds),
        "iterations": 1,
    }


EXPORT = PytestBenchmark()
