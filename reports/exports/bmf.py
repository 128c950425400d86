"""Bencher Metric Format (https://bencher.dev/docs/reference/bencher-metric-format).

An object of benchmarks, each an object of measures, each with a `value` and the bounds that it lies between. Bencher
takes up to 1,024 bytes as the name of a benchmark and 64 as that of a measure.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.model import Results
from membench.harness.text import shortened
from membench.reports.figures import Figure

_LONGEST_BENCHMARK_BYTES = 1024
_LONGEST_MEASURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class BencherMetricFormat:
    """A benchmark for each workload, a measure for each meter; the bounds are the smallest and the largest peak."""

    name: str = "bmf"
    summary: str = "Bencher Metric Format, for `bencher run --adapter json`"

    def render(self, results: Results, figures: Sequence[Figure]) -> str:
        """Return the JSON object; sizes are bytes."""
        del results
        benchmarks: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
        for figure in figures:
            measures = benchmarks[shortened(figure.name, _LONGEST_BENCHMARK_BYTES)]
            measures[shortened(figure.meter, _LONGEST_MEASURE_BYTES)] = {
                "value": figure.median_bytes,
                "lower_value": figure.smallest_bytes,
                "upper_value": figure.largest_bytes,
            }
        return json.dumps(benchmarks, indent=2) + "\n"


EXPORT = BencherMetricFormat()
