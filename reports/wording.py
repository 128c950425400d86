"""How every format and chart puts figures, outcomes and names from data into words."""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from membench.harness.attribution.document import interaction_text
from membench.harness.attribution.shapley import InteractionKind
from membench.harness.units import format_bytes, format_shift
from membench.reports.outcomes import all_ok, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from membench.harness.gate.verdicts import GateRow
    from membench.reports.document import Attribution, AttributionRow, ClaimRow, Growth, InteractionCell, Report, Row

NO_FIGURE = "-"
_MANY = 1000

# Control, format (direction marks, zero-width), surrogate, private-use and unassigned characters: none has a
# shape of its own, and each can move a cursor, reorder a line or make a file that does not decode.
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


# What GitHub's runner takes for a command in whatever a step prints: `::error ...::` where a line begins, which may be
# in the middle of a name that was folded, and `##[error]` anywhere. github.com/actions/runner, ActionCommand.cs.
_COMMAND = re.compile(
    r":(?=:(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|internal-set-repo-path|notice"
    r"|remove-matcher|save-state|set-env|set-output|stop-commands|warning)(?:::|\s|$))|#(?=#\[)",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    r"""Return text from data as one line of visible characters.

    Results files may come from strangers. White space of any kind becomes one space; a character without a shape,
    and the first one of a workflow command, are written as their escapes (`\x1b`), so that a name stays a name.
    """
    line = " ".join(text.split())
    visible = line if line.isprintable() else "".join(map(_visible, line))
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0]):02x}", visible)


def _visible(character: str) -> str:
    if unicodedata.category(character) in _SHAPELESS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def size(amount: int | None) -> str:
    """Print a size, or a dash where there is none."""
    return NO_FIGURE if amount is None else format_bytes(amount)


def shift(amount: int | None) -> str:
    """Print a difference with its sign, or a dash where there is none."""
    return NO_FIGURE if amount is None else format_shift(amount)


def percent(ratio: float | None) -> str:
    """Print a share with its sign: `-49.2 %`, `+0.3 %`, `0.0 %`, or a dash where there is none."""
    if ratio is None:
        return NO_FIGURE
    tenths = round(ratio * 1000)
    return f"{tenths / 10:+.1f} %" if tenths else "0.0 %"


def is_ok(row: "Row") -> bool:
    """Say whether every trial of the row came to the right output."""
    return all_ok(row.outcomes)


def is_good(row: "Row") -> bool:
    """Say whether there is nothing to object to: the output is right, and the peak within its budget."""
    return is_ok(row) and row.over_budget_bytes is None


def outcome(row: "Row") -> str:
    """Say how a row's trials ended, and by how much its peak exceeds its budget: `ok`, `8.00 MiB over budget`."""
    over = "" if row.over_budget_bytes is None else f"{size(row.over_budget_bytes)} over budget"
    if is_ok(row):
        return over or summary(row.outcomes)
    return ", ".join(filter(None, (_failure(row), over)))


def _failure(row: "Row") -> str:
    """Say in words why a row's peak is no saving: `crashed 1/3, timed out 1/3: not a saving`."""
    return f"{summary(row.outcomes)}: {'no figure' if row.peak_bytes is None else 'not a saving'}"


def have_budgets(rows: "Iterable[Row | GateRow]") -> bool:
    """Say whether any row has a budget; a column for them is shown only then."""
    return any(row.budget_bytes is not None for row in rows)


def exceed_budgets(rows: "Iterable[Row]") -> bool:
    """Say whether any row's peak lies above its budget."""
    return any(row.over_budget_bytes is not None for row in rows)


def have_changes(rows: "Iterable[Row]") -> bool:
    """Say whether any row has a change against another; columns for them are shown only then."""
    return any(change(row) != NO_FIGURE for row in rows)


def have_titles(rows: "Iterable[Row]") -> bool:
    """Say whether any row has words beside its name."""
    return any(row.title != row.variant for row in rows)


def change(row: "Row") -> str:
    """Print a row's change; a dash where its trials failed, for what loses data saves nothing."""
    return shift(row.change_bytes) if is_ok(row) else NO_FIGURE


def change_share(row: "Row") -> str:
    """Print a row's change as a share; a dash where `change` has one."""
    return percent(row.change_ratio) if is_ok(row) else NO_FIGURE


def claim_verdict(row: "ClaimRow") -> str:
    """Say what became of a claim, and why where that cannot be told."""
    return f"{row.verdict}: {row.untested}" if row.untested else str(row.verdict)


def claim_note(row: "ClaimRow") -> str:
    """Say what became of a claim, and what its figures do not tell."""
    losses = [f"as written it loses {row.loses}"] if row.loses else []
    return "; ".join([claim_verdict(row), *row.notes, *losses])


def claim_figure(value: float | None, unit: str) -> str:
    """Print a figure in a claim's own terms, short: `41.3 %`, `-0.12 MiB`, or a dash where there is none."""
    if value is None:
        return NO_FIGURE
    short = plain(unit).partition(" ")[0]
    # As many decimals as sizes have elsewhere.
    decimals = 1 if short == "%" else 0 if abs(value) >= _MANY else 2
    # Adding zero turns the -0.0 that rounding leaves behind into 0.0.
    return f"{round(value, decimals) + 0.0:,.{decimals}f} {short}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionColumn:
    """One of the senses in which a fix saves something."""

    heading: str
    meaning: str  # in words, for a legend
    amount: "Callable[[AttributionRow], int | None]"


ALONE, SHARE, LEFT_OUT = "alone", "share", "left out"

_ATTRIBUTION_COLUMNS = (
    AttributionColumn(heading=ALONE, meaning="it alone", amount=lambda row: row.alone_bytes),
    AttributionColumn(heading=SHARE, meaning="its share (Shapley value)", amount=lambda row: row.shapley_bytes),
    AttributionColumn(heading=LEFT_OUT, meaning="lost when it is left out", amount=lambda row: row.leave_one_out_bytes),
    AttributionColumn(
        heading="one by one", meaning="added to those before it", amount=lambda row: row.cumulative_bytes
    ),
)


def attribution_columns(attribution: "Attribution") -> list[AttributionColumn]:
    """List the senses in which at least half of the fixes have a figure: a stray one says nothing by itself."""
    fewest = len(attribution.rows) / 2
    return [
        column
        for column in _ATTRIBUTION_COLUMNS
        if 0 < sum(column.amount(row) is not None for row in attribution.rows) >= fewest
    ]


def interaction_words(attribution: "Attribution") -> list[str]:
    """Say of each pair that is not independent what it is, the strongest first, and count the rest."""
    telling = [pair for pair in attribution.interactions if not is_independent(pair)]
    sentences = [
        interaction_text(pair.first.name, pair.second.name, pair.kind, pair.saved_bytes)
        for pair in sorted(telling, key=lambda pair: -abs(pair.saved_bytes))
    ]
    rest = len(attribution.interactions) - len(telling)
    if rest == 1:
        sentences.append(f"{'the other pair is' if telling else 'the two are'} independent")
    elif rest:
        sentences.append(f"{'the other' if telling else 'all'} {rest} pairs are independent")
    return sentences


def is_independent(pair: "InteractionCell") -> bool:
    """Tell whether the interaction of a pair is too small to notice."""
    return pair.kind is InteractionKind.INDEPENDENT


def slope(amount: float) -> str:
    """Print bytes for each unit of size: whole ones where they are many."""
    return f"{amount:,.0f}" if abs(amount) >= _MANY else f"{amount + 0.0:,.1f}"


def growth(growth: "Growth") -> str:
    """Say how one variant grows: the slope with its interval, the rise, and whether it is a line at all."""
    rise = growth.peak_bytes[-1] - growth.peak_bytes[0]
    sentence = (
        f"{slope(growth.slope_bytes)} bytes a team ({slope(growth.slope_low)} to {slope(growth.slope_high)}), "
        f"{shift(rise)} from {growth.sizes[0]:,} to {growth.sizes[-1]:,} teams"
    )
    return sentence if growth.straight else f"{sentence}; not a straight line"


def meters(rows: "tuple[Row, ...]") -> list[str]:
    """List the meters of some rows in the order in which they appear; figures of two are never compared."""
    return list(dict.fromkeys(row.meter for row in rows))


def of_several_meters(rows: "Sequence[GateRow]") -> bool:
    """Tell whether the rows of a judgement are only told apart by their meters."""
    return len({row.meter for row in rows}) > 1


def common_base(rows: "Sequence[GateRow]") -> str:
    """Name what all rows of a judgement were compared with; "" where that is not the same for all."""
    others = {row.against for row in rows}
    return others.pop() if len(others) == 1 else ""


def variant_of(row: "GateRow", *, name_meter: bool) -> str:
    """Name the variant of a judged row, with the meter where rows of several stand together."""
    return f"{row.variant} ({row.meter})" if name_meter else row.variant


def warnings_of(report: "Report") -> list[str]:
    """List every warning of a report, each with what it is about; formats show them all."""
    of_rows = [
        f"{section.scenario}, {row.variant} ({row.meter}): {warning}"
        for section in report.sections
        for row in section.rows
        for warning in row.warnings
    ]
    return [plain(warning) for warning in (*report.warnings, *of_rows)]
