"""Says in sentences what several scenarios together tell of the fixes, for whoever must decide which to ship."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from membench.harness.commands.league.shipping import Shipping
from membench.harness.commands.reporting.attribution import LARGE_SHARE, NOTICEABLE_BYTES, groups_of, listed
from membench.harness.keys import Switch
from membench.harness.units import format_bytes
from membench.reports import wording
from membench.reports.document import AsWrittenRow, Attribution, ClaimRow, ClaimVerdict

_WORTHLESS_SHARE = 0.5  # of what the effective form saves; below it the letter of a fix is not worth shipping


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimInAll:
    """One claim, and what became of it in each scenario."""

    fix: Switch
    claim: str
    rows: Mapping[str, ClaimRow]  # by scenario

    @property
    def verdicts(self) -> Mapping[str, ClaimVerdict]:
        """What became of it, by scenario."""
        return {name: row.verdict for name, row in self.rows.items()}

    @property
    def tested(self) -> set[ClaimVerdict]:
        """What became of it where it could be tested."""
        return set(self.verdicts.values()) - {ClaimVerdict.UNTESTED}

    @property
    def remarks(self) -> Mapping[str, Sequence[str]]:
        """What is to be said beside figure and verdict, each with the scenarios that it is true of.

        What the form as written loses is not repeated here.
        """
        found: dict[str, list[str]] = {}
        for scenario, row in self.rows.items():
            told = [wording.claim_verdict(row)] if row.untested else []
            for note in (*told, *row.notes):
                found.setdefault(note, []).append(scenario)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterInAll:
    """A fix as written beside its effective form, in each scenario."""

    fix: Switch
    rows: Mapping[str, AsWrittenRow]  # by scenario

    @property
    def loses(self) -> Sequence[str]:
        """What it loses, in words, each once; with the scenarios where it is not in all of them."""
        where: dict[str, list[str]] = {}
        for scenario, row in self.rows.items():
            if row.loses:
                where.setdefault(row.loses, []).append(scenario)
        return tuple(
            text if len(names) == len(self.rows) else f"{text} (in {listed(names)})" for text, names in where.items()
        )

    @property
    def short_of(self) -> Mapping[str, AsWrittenRow]:
        """The scenarios in which it saves less than half of what the effective form does."""
        return {
            name: row
            for name, row in self.rows.items()
            if row.effective_bytes is not None
            and row.as_written_bytes is not None
            and row.effective_bytes >= NOTICEABLE_BYTES
            and row.as_written_bytes < _WORTHLESS_SHARE * row.effective_bytes
        }


def claims_in_all(by_scenario: Sequence[tuple[str, Sequence[ClaimRow]]]) -> list[ClaimInAll]:
    """Gather each claim from all scenarios."""
    found: dict[tuple[Switch, str], dict[str, ClaimRow]] = {}
    for scenario, rows in by_scenario:
        for row in rows:
            found.setdefault((row.fix, row.claim), {})[scenario] = row
    return [ClaimInAll(fix=fix, claim=claim, rows=rows) for (fix, claim), rows in found.items()]


def letters_in_all(by_scenario: Sequence[tuple[str, Sequence[AsWrittenRow]]]) -> list[LetterInAll]:
    """Gather each form as written from all scenarios."""
    found: dict[Switch, dict[str, AsWrittenRow]] = {}
    for scenario, rows in by_scenario:
        for row in rows:
            found.setdefault(row.fix, {})[scenario] = row
    return [LetterInAll(fix=fix, rows=rows) for fix, rows in found.items()]


def shipping_words(shipping: Shipping, switches: Mapping[str, Switch]) -> Iterable[str]:
    """Say what to ship, in order, and what not."""
    for number, step in enumerate(shipping.steps):
        amounts = [
            f"{format_bytes(saved)} of {scenario}"
            for scenario, saved in step.saved_bytes.items()
            if saved >= NOTICEABLE_BYTES
        ]
        beside = "" if number == 0 else " beside those before it"
        place = "first" if number == 0 else "next"
        yield f"Ship {switches[step.switch].in_sentence} {place}: it saves {listed(amounts)}{beside}."
    if shipping.rest:
        amounts = [f"{format_bytes(saved)} of {scenario}" for scenario, saved in shipping.rest_saves_bytes.items()]
        rest = [switches[one].in_sentence for one in shipping.rest]
        yield (
            f"Once those are shipped, {listed(rest)} together save {listed(amounts)}: "
            "ship them for other reasons or not at all."
        )


def order_words(
    attributions: Mapping[str, Attribution], switches: Mapping[str, Switch], order: Sequence[str]
) -> Iterable[str]:
    """Say what the first of the described order saves, and how far adding up overcounts."""
    first = switches[order[0]]
    saved = {
        scenario: row.cumulative_bytes
        for scenario, found in attributions.items()
        for row in found.rows
        if row.fix == first and row.cumulative_bytes is not None
    }
    amounts = [f"{format_bytes(amount)} of {scenario}" for scenario, amount in saved.items()]
    yield f"The description would ship {first.in_sentence} first, which saves {listed(amounts)}."
    sums = {
        scenario: sum(row.alone_bytes or 0 for row in found.rows) / found.saved_bytes
        for scenario, found in attributions.items()
        if found.saved_bytes
    }
    times = [f"{ratio:.1f} times in {scenario}" for scenario, ratio in sums.items()]
    yield f"Adding up what each fix saves alone counts what all of them save {listed(times)}."


def substitute_words(attributions: Mapping[str, Attribution]) -> Iterable[str]:
    """Name the fixes that replace one another in every scenario."""
    replacing = [
        {
            frozenset({cell.first, cell.second})
            for cell in found.interactions
            if cell.saved_bytes <= -max(NOTICEABLE_BYTES, LARGE_SHARE * (found.saved_bytes or 0))
        }
        for found in attributions.values()
    ]
    names = dict.fromkeys(row.fix for found in attributions.values() for row in found.rows)
    for group in groups_of(list(names), frozenset.intersection(*map(frozenset, replacing))):
        named = listed([one.in_sentence for one in group])
        text = f"{named} replace one another in every scenario: one of them is enough."
        yield text[0].upper() + text[1:]


def letter_words(letters: Sequence[LetterInAll]) -> Iterable[str]:
    """Say which forms must not be shipped as they were written."""
    for letter in letters:
        if letter.loses:
            lost = listed(letter.loses)
            yield f"Do not ship {letter.fix.in_sentence} to the letter: that loses {lost}."
        elif letter.short_of:
            amounts = [
                f"{wording.size(row.as_written_bytes)} instead of {wording.size(row.effective_bytes)} in {name}"
                for name, row in letter.short_of.items()
            ]
            yield f"To the letter, {letter.fix.in_sentence} saves {listed(amounts)}."


def claim_words(claims: Sequence[ClaimInAll]) -> Iterable[str]:
    """Sort the claims by what became of them wherever they could be tested."""
    groups = {
        "Claims that held wherever they could be tested": [
            one for one in claims if one.tested == {ClaimVerdict.AS_CLAIMED}
        ],
        "Claims that were exceeded": [
            one
            for one in claims
            if one.tested
            and one.tested <= {ClaimVerdict.MORE, ClaimVerdict.AS_CLAIMED}
            and ClaimVerdict.MORE in one.tested
        ],
        "Claims that a fix alone did not keep": [one for one in claims if ClaimVerdict.LESS in one.tested],
        "Claims that could not be tested anywhere": [one for one in claims if not one.tested],
    }
    for heading, found in groups.items():
        if found:
            named = [f"{one.fix.heading} ({one.claim})" for one in found]
            yield f"{heading}: {listed(named)}."


def floor_words(floors: Mapping[str, Sequence[Mapping[str, Any]]], machines: Mapping[int, str]) -> Iterable[str]:
    """Say under which limits a variant finishes; `machines` names those that are a machine's memory."""
    for scenario, entries in floors.items():
        known = [
            f"{entry['variant']} {format_bytes(entry['floor_bytes'])}" for entry in entries if entry["floor_bytes"]
        ]
        if known:
            yield f"The smallest memory under which {scenario} still finishes: {listed(known)}."
        for entry in entries:
            at = entry["at"]
            if at is not None:
                ends = "finishes" if at["finishes"] else f"does not finish ({at['outcome']})"
                limit = format_bytes(at["limit_bytes"])
                where = f"a {machines[at['limit_bytes']]} ({limit})" if at["limit_bytes"] in machines else limit
                yield f"Under the memory of {where}, {scenario} {ends} with {entry['variant']}."
