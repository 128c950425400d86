"""Where bars, bands and marks stand within the width of their cell, in percent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from membench.harness.model import Role
from membench.reports import wording
from membench.reports.ordering import amounts_in_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from membench.reports.document import AsWrittenRow, Attribution, ClaimRow, InteractionCell, Row, Section
    from membench.reports.wording import AttributionColumn

_MARGIN = 0.03  # of a scale that has marks at its ends, so that they are whole
_SHADES = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale over the width of a cell."""

    low: float
    high: float

    def at(self, value: float) -> str:
        """Say where a value stands, as `42.00%`; values beyond an end stand at it."""
        share = (value - self.low) / (self.high - self.low)
        return f"{100 * min(max(share, 0.0), 1.0):.2f}%"

    def shows(self, value: float) -> bool:
        """Say whether a value lies on the scale."""
        return self.low <= value <= self.high

    def width(self, start: float, end: float) -> str:
        """Say how wide the stretch between two values is, as `42.00%`."""
        low, high = sorted((start, end))
        return f"{max(0.0, float(self.at(high)[:-1]) - float(self.at(low)[:-1])):.2f}%"


def scale_over(values: "Iterable[float | None]", *, margin: bool = False) -> Scale:
    """Make the scale that has 0 and all values on it."""
    known = [0.0, *(value for value in values if value is not None)]
    low, high = min(known), max(known)
    if low == high:
        high = low + 1
    extra = _MARGIN * (high - low) if margin else 0.0
    return Scale(low - (extra if low < 0 or margin else 0.0), high + extra)


def of_peaks(section: "Section", rows: "Iterable[Row]") -> Scale:
    """Make the scale of a section's peaks, with its levels on it, and the budgets that leave the bars their room."""
    steps = (step.peak_bytes for step in (section.waterfall_start, *section.steps) if step is not None)
    levels = (level.peak_bytes for level in section.levels)
    return scale_over([*amounts_in_view(rows), *levels, *steps])


def of_rows(rows: "Iterable[Row]") -> Scale:
    """Make the scale of some rows by themselves."""
    return scale_over(amounts_in_view(rows))


def of_attribution(attribution: "Attribution") -> Scale:
    """Make the one scale of all four terms, so that they can be compared with each other."""
    return scale_over(
        amount
        for row in attribution.rows
        for amount in (row.alone_bytes, row.leave_one_out_bytes, row.cumulative_bytes, row.shapley_bytes)
    )


def of_as_written(rows: "Iterable[AsWrittenRow]") -> Scale:
    """Make the scale of what both forms save."""
    return scale_over(amount for row in rows for amount in (row.effective_bytes, row.as_written_bytes))


def of_claims(claims: "Iterable[ClaimRow]") -> Scale:
    """Make the scale of claims in one unit."""
    return scale_over(
        (
            value
            for row in claims
            for value in (row.claimed_low, row.claimed_high, row.measured, row.measured_as_written)
        ),
        margin=True,
    )


def shade(cell: "InteractionCell", cells: "Iterable[InteractionCell]") -> str:
    """Name the shade of a cell: `less-1` to `less-4` where two fixes replace each other, `more-1` ... where not.

    A pair that is not independent has a shade, however small it is beside the largest.
    """
    largest = max((abs(other.saved_bytes) for other in cells), default=0)
    step = round(_SHADES * abs(cell.saved_bytes) / largest) if largest else 0
    if cell.saved_bytes and not wording.is_independent(cell):
        step = max(step, 1)
    return f"{'less' if cell.saved_bytes < 0 else 'more'}-{step}" if step else "even"


def sense_class(sense: "AttributionColumn") -> str:
    """Name the colour of a sense in which a fix saves something, as the chart of the attribution has it."""
    return {wording.SHARE: str(Role.SINGLE), wording.LEFT_OUT: "rise"}.get(sense.heading, str(Role.STEP))
