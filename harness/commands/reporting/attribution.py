"""Makes the part of a report that says which switch bought which megabytes, from whatever peaks there are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from membench.harness.attribution.division import Division, Figures
from membench.harness.attribution.shapley import Interaction
from membench.harness.keys import Switch
from membench.harness.units import KIB, format_bytes
from membench.reports.document import Attribution, AttributionRow, InteractionCell

N = TypeVar("N")

NOTICEABLE_BYTES = 64 * KIB
"""Sixteen pages; the same trial gives the same number of pages twice."""

LARGE_SHARE = 0.05  # of the whole saving; what is below it is not worth a sentence of its own
_COUNTED_TWICE = 1.05  # sums of single savings up to so many times the whole are as good as it


_WORDS = {
    "alone_bytes": "what it saves alone",
    "leave_one_out_bytes": "what is lost without it",
    "cumulative_bytes": "what it adds to those before it",
    "shapley_bytes": "its share",
}


def attribution_of(switches: Sequence[Switch], division: Division) -> Attribution:
    """Put a division into words; `switches` are in the order to list them in."""
    known = {switch.name: switch for switch in switches}
    figures = division.figures(list(known))
    pairs = division.interactions(list(known))
    return Attribution(
        rows=tuple(AttributionRow(fix=known[one.switch], **one.amounts()) for one in figures),
        interactions=tuple(_cell(known, pair) for pair in pairs),
        saved_bytes=division.saved_bytes,
        notes=tuple(f"{note}." for note in _notes(figures, pairs, division.saved_bytes)),
    )


def in_words(names: Sequence[str]) -> str:
    """Name figures of `design.Figures` as a sentence would."""
    return listed([_WORDS[name] for name in names if name in _WORDS])


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does: `a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cell(switches: Mapping[str, Switch], pair: Interaction) -> InteractionCell:
    return InteractionCell(
        first=switches[pair.first],
        second=switches[pair.second],
        saved_bytes=pair.bytes,
        kind=pair.kind(NOTICEABLE_BYTES),
    )


def _notes(found: Sequence[Figures], pairs: Sequence[Interaction], saved: int | None) -> Iterable[str]:
    alone = {one.switch: one.alone_bytes for one in found if one.alone_bytes is not None}
    shares = {one.switch: one.shapley_bytes for one in found if one.shapley_bytes is not None}
    if saved is not None and len(shares) == len(found):
        yield from _most(shares, saved)
    if any(one.shapley_low_bytes is not None for one in found):
        yield "The shares are estimated from random orders of joining; their intervals are at 95 %"
    yield from _replacing(pairs, alone, saved)
    if saved is not None and len(alone) == len(found):
        yield from _added_up(alone, saved)
    yield from _hidden(found)
    yield from _idle(found)


def _most(shares: Mapping[str, int], saved: int) -> Iterable[str]:
    """Name those that make the most of it, largest first."""
    if saved < NOTICEABLE_BYTES:
        return
    largest = sorted((one for one in shares if shares[one] >= LARGE_SHARE * saved), key=lambda one: -shares[one])
    if largest:
        named = [f"{one} {format_bytes(shares[one])} ({100 * shares[one] / saved:.0f} %)" for one in largest]
        yield f"Of the {format_bytes(saved)} that all save together, the shares are: {listed(named)}"
    costly = [f"{one} ({format_bytes(-shares[one])})" for one in shares if shares[one] <= -NOTICEABLE_BYTES]
    if costly:
        yield f"On balance {listed(costly)} {'costs' if len(costly) == 1 else 'cost'} memory"


def _replacing(pairs: Sequence[Interaction], alone: Mapping[str, int], saved: int | None) -> Iterable[str]:
    strong = max(NOTICEABLE_BYTES, LARGE_SHARE * abs(saved or 0))
    replacing = {frozenset({pair.first, pair.second}) for pair in pairs if pair.bytes <= -strong}
    for group in groups_of([*dict.fromkeys(name for pair in pairs for name in (pair.first, pair.second))], replacing):
        text = f"{listed(group)} replace {'each other' if len(group) == 2 else 'one another'}"  # noqa: PLR2004 - what `each other` means
        best = max(group, key=lambda one: alone.get(one, 0))
        if saved is not None and saved > 0 and best in alone:
            text += f": {best} alone saves {100 * alone[best] / saved:.0f} % of what all save together"
        yield text


def groups_of(names: Sequence[N], replacing: Collection[frozenset[N]]) -> list[list[N]]:
    """Gather names of which every two replace each other, each name in one group, groups of one left out."""
    groups: list[list[N]] = []
    for name in names:
        fitting = (group for group in groups if all(frozenset({name, other}) in replacing for other in group))
        group = next(fitting, None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return [group for group in groups if len(group) > 1]


def _added_up(alone: Mapping[str, int], saved: int) -> Iterable[str]:
    total = sum(alone.values())
    if saved > 0 and total > _COUNTED_TWICE * saved:
        yield (
            f"What each saves alone adds up to {format_bytes(total)}, {total / saved:.1f} times what all save "
            f"together: {format_bytes(total - saved)} are counted more than once"
        )
    elif saved > 0 and total * _COUNTED_TWICE < saved:
        yield f"What each saves alone adds up to {format_bytes(total)} only: some save nothing until others are made"


def _hidden(found: Sequence[Figures]) -> Iterable[str]:
    for share in found:
        alone, last = share.alone_bytes, share.leave_one_out_bytes
        if alone is not None and last is not None and last - alone >= NOTICEABLE_BYTES:
            by_itself = format_bytes(alone) if abs(alone) >= NOTICEABLE_BYTES else "nothing"
            yield (
                f"{share.switch} saves {by_itself} alone and {format_bytes(last)} once all others are made: "
                "a higher peak elsewhere hides it"
            )


def _idle(found: Sequence[Figures]) -> Iterable[str]:
    """Name those that do nothing in any sense, where all senses are known of all of them."""
    figures = {one.switch: (one.alone_bytes, one.leave_one_out_bytes, one.shapley_bytes) for one in found}
    if any(amount is None for amounts in figures.values() for amount in amounts):
        return
    idle = [one for one, amounts in figures.items() if all(abs(amount or 0) < NOTICEABLE_BYTES for amount in amounts)]
    if idle:
        yield (
            f"{listed(idle)} {'moves' if len(idle) == 1 else 'move'} the peak by less than "
            f"{format_bytes(NOTICEABLE_BYTES)}, alone as well as with all others"
        )
