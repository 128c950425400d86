"""Peak memory as a formula of the inputs: least squares, with intervals and the range that it was measured in."""

from collections.abc import Mapping, Sequence

from membench.harness.errors import UsageError
from membench.harness.sizing.model import Formula
from membench.harness.units import KIB

CONFIDENCE = 0.95
STRAIGHT_SHARE = 0.02  # of the rise over all sizes
STRAIGHT_BYTES = 128 * KIB


def varying(inputs: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Name the inputs that are numbers in all runs, and not the same in all."""
    names = [name for name in (inputs[0] if inputs else ()) if all(_is_number(one.get(name)) for one in inputs)]
    return tuple(name for name in names if len({one[name] for one in inputs}) > 1)


def fit(inputs: Sequence[Mapping[str, float]], peaks: Sequence[int], names: Sequence[str]) -> Formula | None:
    """Fit the peaks; None where there are too few runs to tell how far off the formula is."""
    import numpy as np  # noqa: PLC0415 - comes with scipy, and is as slow to load
    from scipy.stats import t  # noqa: PLC0415 - most of a second

    freedom = len(peaks) - len(names) - 1
    rows = [[1.0, *(float(one[name]) for name in names)] for one in inputs]
    if freedom < 1 or not names or np.linalg.matrix_rank(np.array(rows)) <= len(names):
        return None
    matrix, heights = np.array(rows), np.array(peaks, dtype=float)
    solution = np.linalg.lstsq(matrix, heights, rcond=None)[0]
    residuals = heights - matrix @ solution
    variance = float(residuals @ residuals) / freedom
    errors = np.sqrt(np.diag(variance * np.linalg.inv(matrix.T @ matrix)))
    quantile = float(t.ppf((1 + CONFIDENCE) / 2, freedom))
    largest = float(np.max(np.abs(residuals)))
    rise = max(peaks) - min(peaks)
    slopes = {name: float(solution[place]) for place, name in enumerate(names, 1)}
    margins = {name: quantile * float(errors[place]) for place, name in enumerate(names, 1)}
    return Formula(
        intercept_bytes=float(solution[0]),
        per=slopes,
        low={name: slopes[name] - margins[name] for name in names},
        high={name: slopes[name] + margins[name] for name in names},
        measured={name: (min(one[name] for one in inputs), max(one[name] for one in inputs)) for name in names},
        largest_residual_bytes=largest,
        margin_bytes=quantile * (variance * (1 + 1 / len(peaks))) ** 0.5,
        straight=largest <= max(STRAIGHT_BYTES, STRAIGHT_SHARE * rise),
    )


def predict(formula: Formula, at: Mapping[str, float]) -> float:
    """Give the upper end of what the formula says for other inputs.

    Raises:
        UsageError: an input is missing, or is none of the formula's.
    """
    if set(at) != set(formula.per):
        raise UsageError(f"The formula takes {', '.join(formula.per)}; --at gives {', '.join(at)}.")
    steepest = sum(max(formula.per[name], formula.high[name]) * value for name, value in at.items())
    return formula.intercept_bytes + steepest + formula.margin_bytes


def beyond(formula: Formula, at: Mapping[str, float]) -> list[str]:
    """Name the inputs that lie outside of what was measured."""
    return [name for name, value in at.items() if not formula.measured[name][0] <= value <= formula.measured[name][1]]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
