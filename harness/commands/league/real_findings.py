"""The model beside the real browser: read from the record, and made ready to be printed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from membench.harness.commands.league.claims import right_peak
from membench.harness.commands.league.kinds import Peaks, kind_sentences, kinds_of
from membench.harness.commands.league.real import HEAVY, LIGHT, LIMIT, NOT_MODELLED, SOURCE, PeakLine
from membench.harness.commands.league.record import EVERY, KINDS, LOSES, STEPS, WAYS, WEIGHTS, pool_step
from membench.harness.commands.league.side_by_side import (
    EXPLAINED,
    Beside,
    agreement_sentences,
    level,
    limits_beside,
    parts_beside,
    peaks_beside,
    savings_beside,
)
from membench.harness.store.results import RESULTS_FILE, read_document, read_results

REPORTED: Mapping[str, str] = {
    "sequential": "about 900 MB; the real program with such pages reached 1.0 to 1.4 GB",
    "baseline": "over 2 GB; the real program reached 1.4 to 1.6 GB",
    "all": "claimed: 1 to 1.3 GB; the real program reached 1.4 to 1.8 GB",
}
"""What is known of the incident's levels, by variant."""

SIZED = f"{LIGHT}, 500 teams"
POOLED = f"{HEAVY}, other pools"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealFindings:
    """The peaks of the record, and what it says under a limit."""

    peaks: Mapping[str, Mapping[tuple[str, str], int]]  # by step, then by scenario (or workload) and variant
    sized: Mapping[tuple[str, int], int]  # by variant and number of teams
    limited: Sequence[Mapping[str, Any]]  # the variants of a floor document
    remedies: Sequence[Mapping[str, Any]]  # the switches of an attribution document

    def of(self, step: str, scenario: str) -> Peaks:
        """The peaks of one scenario, by variant."""
        return {variant: peak for (name, variant), peak in self.peaks[step].items() if name == scenario}

    def peak_of(self, line: PeakLine) -> int | None:
        """Find the peak of a line."""
        if line.teams:
            return self.sized.get((line.variant, line.teams))
        step = pool_step(line.pool) if line.pool else EVERY if line.variant == LOSES else line.scenario
        return self.peaks[step].get((line.scenario, line.variant))


def read_real(folder: Path) -> RealFindings:
    """Read what the commands about the real browser have left.

    Raises:
        UnreadableInputError: a document is not there, or is not what it should be.
    """
    pools = [name for name in STEPS if name.startswith("pool-of-")]
    steps = [*KINDS, *pools, EVERY, "fix-7", "incident-measured", WEIGHTS]
    sized = read_document(folder / "scale-chromium" / "scale.json", "membench-scale")
    limit = folder / "limit-chromium" / STEPS["limit-chromium"].output
    # The longest of the commands; without it the document says that its lines were not measured.
    limited = read_document(limit, "membench-floor")["variants"] if limit.is_file() and limit.stat().st_size else ()
    return RealFindings(
        peaks={name: _peaks(folder / name / RESULTS_FILE) for name in (*steps, "runs")},
        sized={
            (entry["variant"], teams): peak
            for entry in sized["variants"]
            for teams, peak in zip(entry["sizes"], entry["peak_bytes"], strict=True)
        },
        limited=limited,
        remedies=read_document(folder / "attribute-remedies" / "attribution.json", "membench-attribution")["fixes"],
    )


def _peaks(path: Path) -> dict[tuple[str, str], int]:
    samples = read_results(path).samples
    found = {
        # The real program lost the same data to the letter; its peaks were measured all the same.
        (sample.scenario, sample.variant): sample.median_bytes if sample.variant == LOSES else right_peak(sample)
        for sample in samples
    }
    return {key: peak for key, peak in found.items() if peak is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """The peaks of the ways of fix 7, beside nothing else or beside fix 3."""

    scenario: str
    beside: str
    peaks: Sequence[int | None]


def _ways(real: RealFindings) -> list[WayRow]:
    rows = []
    for scenario in ("league", "incident"):
        peaks = real.of("fix-7", scenario)
        for beside, without, fixes in (("nothing else", "baseline", "fix-7"), ("fix 3", "fix-3", "fix-3+7")):
            variants = (without, *(f"{fixes}{way}" for way in WAYS))
            rows.append(WayRow(scenario=scenario, beside=beside, peaks=[peaks.get(variant) for variant in variants]))
    return rows


def real_context(real: RealFindings) -> dict[str, Any]:
    """Make what the template takes."""
    peaks = peaks_beside(real.peak_of)
    parts = parts_beside(real.peaks[WEIGHTS])
    lines, savings, limits = [*parts, *peaks], savings_beside(peaks), limits_beside(real.limited)
    kinds = kinds_of({**{name: real.of(name, name) for name in KINDS}, "league": real.of("runs", "league")})
    return {
        "source": SOURCE,
        "kinds": kinds,
        "kind_sentences": list(kind_sentences(kinds)),
        "agreement": list(agreement_sentences(lines, savings)),
        "limit": LIMIT,
        "limits": limits,
        "agreed": sum(line.real == line.model for line in limits),
        "ways": _ways(real),
        "level": level,
        "beside": _by_command(parts, peaks),
        "commands": _commands(),
        "explained": {line: EXPLAINED.get((line.group, line.title)) for line in lines},
        "savings": savings,
        "not_modelled": NOT_MODELLED,
        "remedies": real.remedies,
        "incident": real.of("incident-measured", "incident-measured"),
        "reported": REPORTED,
    }


def _by_command(parts: Sequence[Beside], peaks: Sequence[Beside]) -> dict[str, list[Beside]]:
    """Gather the lines by the command that their figures are from."""
    found: dict[str, list[Beside]] = defaultdict(list)
    found["What things weigh"].extend(parts)
    for line in peaks:
        other = SIZED if "teams" in line.title else POOLED if "pool of" in line.title else line.group
        found[other].append(line)
    return dict(found)


def _commands() -> dict[str, str]:
    pools = "\n".join(step.shown for name, step in STEPS.items() if name.startswith("pool-of-"))
    own = {name: STEPS[name].shown for name in KINDS}
    own[LIGHT] += f"\n{STEPS[EVERY].shown}"
    sized = STEPS["scale-chromium"].shown
    return {"What things weigh": STEPS[WEIGHTS].shown, **own, SIZED: sized, POOLED: pools}
