"""Exact peak memory: measure it, compare it, gate on it.

    import membench

    before = membench.measure("shop.jobs:import_orders", args=[1000])
    print(before.samples[0].median_bytes)

What `__all__` names is the public interface; nothing else is promised. Importing this loads nothing but this file: the
measured process does it too.
"""

TYPE_CHECKING = False  # as type checkers read it; `typing` itself would be in every figure

if TYPE_CHECKING:
    from membench.harness.api import compare as compare
    from membench.harness.api import gate as gate
    from membench.harness.api import measure as measure
    from membench.harness.api import read_results as read_results
    from membench.harness.api import write_results as write_results
    from membench.harness.errors import MeasurementError as MeasurementError
    from membench.harness.errors import MembenchError as MembenchError
    from membench.harness.errors import UnreadableInputError as UnreadableInputError
    from membench.harness.errors import UnwritableOutputError as UnwritableOutputError
    from membench.harness.errors import UsageError as UsageError
    from membench.harness.gate.comparison import Comparison as Comparison
    from membench.harness.gate.verdicts import Judgement as Judgement
    from membench.harness.gate.verdicts import Verdict as Verdict
    from membench.harness.model import Outcome as Outcome
    from membench.harness.model import Results as Results
    from membench.harness.model import Sample as Sample

_PLACES = {
    "compare": "api",
    "gate": "api",
    "measure": "api",
    "read_results": "api",
    "write_results": "api",
    "MeasurementError": "errors",
    "MembenchError": "errors",
    "UnreadableInputError": "errors",
    "UnwritableOutputError": "errors",
    "UsageError": "errors",
    "Comparison": "gate.comparison",
    "Judgement": "gate.verdicts",
    "Verdict": "gate.verdicts",
    "Outcome": "model",
    "Results": "model",
    "Sample": "model",
}

__all__ = [
    "Comparison",
    "Judgement",
    "MeasurementError",
    "MembenchError",
    "Outcome",
    "Results",
    "Sample",
    "UnreadableInputError",
    "UnwritableOutputError",
    "UsageError",
    "Verdict",
    "compare",
    "gate",
    "measure",
    "read_results",
    "write_results",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - only where a name is used

        return getattr(import_module(f"membench.harness.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_PLACES)
