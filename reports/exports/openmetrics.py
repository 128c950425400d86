"""OpenMetrics 1.0 text (https://prometheus.io/docs/specs/om/open_metrics_spec/), for Prometheus and what reads it.

Metrics carry no timestamp, as the specification would have it; when the run was made is a metric of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from membench.harness.model import Environment, Results
from membench.reports.figures import Figure
from membench.reports.wording import plain

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class OpenMetrics:
    """A gauge of the median peak with its bounds, the number of trials, and the environment as an info metric."""

    name: str = "openmetrics"
    summary: str = "OpenMetrics text, for Prometheus and its push gateway"

    def render(self, results: Results, figures: Sequence[Figure]) -> str:
        """Return the exposition, which ends in `# EOF`."""
        labels = [_labels(figure) for figure in figures]
        lines = [
            *_gauge("membench_peak_bytes", "Median of the peaks.", labels, [figure.median_bytes for figure in figures]),
            *_gauge("membench_peak_min_bytes", "Smallest peak.", labels, [figure.smallest_bytes for figure in figures]),
            *_gauge("membench_peak_max_bytes", "Largest peak.", labels, [figure.largest_bytes for figure in figures]),
            *_gauge("membench_trials", "Trials run.", labels, [figure.trials for figure in figures], unit=""),
            *_created(results.created),
            *_environment(results.environment),
            "# EOF",
        ]
        return "\n".join(lines) + "\n"


def _labels(figure: Figure) -> str:
    return _label_set({"scenario": figure.scenario, "variant": figure.variant, "meter": figure.meter})


def _label_set(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()) + "}"


def _gauge(
    name: str, text: str, labels: Sequence[str], values: Sequence[float], *, unit: str = "bytes"
) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {text}"
    yield from (f"{name}{label} {value}" for label, value in zip(labels, values, strict=True))


def _created(created: str) -> Iterator[str]:
    try:
        seconds = datetime.fromisoformat(created).timestamp()
    except (ValueError, OverflowError, OSError):
        return  # the schema asks for a text only
    yield from _gauge("membench_run_timestamp_seconds", "When the run was made.", [""], [seconds], unit="seconds")


def _environment(environment: Environment) -> Iterator[str]:
    facts = ("python", "implementation", "kernel", "libc", "machine", "fingerprint")
    yield "# TYPE membench_environment info"
    yield "# HELP membench_environment The machine that the run was made on."
    yield f"membench_environment_info{_label_set({fact: plain(getattr(environment, fact)) for fact in facts})} 1"


EXPORT = OpenMetrics()
