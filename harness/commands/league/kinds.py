"""Which kind of program is it, how to find out, and what to ship then: from the peaks of a scenario for each kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from membench.harness.commands.league.real import HEAVY, LIGHT, OPEN, RELEASED
from membench.harness.commands.league.record import KIND_VARIANTS
from membench.harness.units import format_bytes

Peaks = Mapping[str, int]
"""The peaks of one scenario, by variant."""

KINDS: Mapping[str, str] = {
    LIGHT: "results are data, pages are light and used again",
    HEAVY: "results are data, pages are heavy and used again",
    OPEN: "results keep their pages open, and nothing disposes of their handles",
    RELEASED: "results keep their pages open until they are let go of",
    "league": "results keep what they were read from, and the browser forgets at once (the description's own picture)",
}

FIXES = ("fix-1", "fix-2", "fix-3", "fix-5")
PROBES = ("page-per-operation", "fix-1")
"""The two measurements that tell the kinds apart: each is a change of a few lines."""

MOVES = 0.10
"""A change by so much of the peak shows on any machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of program, and what each change does to its peak."""

    scenario: str
    title: str
    before_bytes: int
    changes: Mapping[str, float]  # by variant: of the peak, negative where it falls

    def change(self, variant: str) -> str:
        """Print what a variant does."""
        return f"{100 * self.changes[variant]:+.0f} %" if variant in self.changes else "-"

    @property
    def fixes(self) -> list[str]:
        """The fixes that help, best first."""
        return _helping(self.changes, FIXES)

    @property
    def remedies(self) -> list[str]:
        """What helps and was not described, best first."""
        return _helping(self.changes, ("page-per-operation", "dispose-handles"))


def _helping(changes: Mapping[str, float], variants: Iterable[str]) -> list[str]:
    helping = [variant for variant in variants if changes.get(variant, 0.0) <= -MOVES]
    return sorted(helping, key=lambda variant: changes[variant])


def kinds_of(peaks: Mapping[str, Peaks]) -> list[Kind]:
    """Compare each variant with the baseline of its scenario."""
    return [
        Kind(
            scenario=scenario,
            title=title,
            before_bytes=of["baseline"],
            changes={
                name: of[name] / of["baseline"] - 1 for name in KIND_VARIANTS if name in of and name != "baseline"
            },
        )
        for scenario, title in KINDS.items()
        if "baseline" in (of := peaks.get(scenario, {}))
    ]


def kind_sentences(kinds: Iterable[Kind]) -> Iterable[str]:
    """Say for each kind what to ship."""
    for kind in kinds:
        ship = [*kind.remedies[:1], *kind.fixes[:1]]
        best = min(ship, key=lambda variant: kind.changes[variant], default=None)
        text = f"Where {kind.title} ({kind.scenario}, {format_bytes(kind.before_bytes)}): "
        if best is None:
            yield f"{text}nothing that was measured moves the peak by a tenth."
            continue
        fixes = ", ".join(f"{name} {kind.change(name)}" for name in kind.fixes)
        described = f"of the seven {fixes}" if fixes else "none of the seven moves the peak by a tenth"
        yield f"{text}ship {best} ({kind.change(best)}); {described}."
