"""What is to be told about the league's scenarios: the parts that variants play, and what was claimed of the fixes."""

import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import import_module

from membench.harness.attribution.shapley import Combination
from membench.harness.commands.league.workloads import (
    ORDER,
    REMEDIES,
    SWITCHES,
    VARIANTS,
    load_scenario,
    loses_data,
    read_variant,
    scenario_modules,
)
from membench.harness.errors import UsageError
from membench.harness.keys import Switch
from membench.harness.model import Level, Results, Role
from membench.harness.suites.story import Claimed, PlainStory, Story
from membench.pipelines.browser.document import Document
from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.fixture import Fixture, minimal
from membench.pipelines.markup import read_records
from membench.pipelines.scrape import fixtures_of
from membench.pipelines.site import Response
from membench.pipelines.variant import (
    ALL,
    BASELINE,
    PRIORITY,
    SEQUENTIAL,
    SOUND_AS_WRITTEN,
    Fix,
    Form,
    Variant,
    variant_of,
)
from membench.scenarios.synthetic.scenario import Scenario
from membench.scenarios.synthetic.site import SyntheticSite

MACHINE_LIMIT = Level(label="2 GB machine", peak_bytes=2_000_000_000)
MACHINE_LIMIT_SHOWN_ABOVE = MACHINE_LIMIT.peak_bytes // 4
"""Below a quarter of it the line would only push the bars together."""

VALIDATION_PHASE = "validate"

COMBINED = (
    ("conservative", Claim(low=500, high=700, of=Of.MEGABYTES), ""),
    ("optimistic", Claim(low=700, high=1000, of=Of.MEGABYTES), "1-1.3 GB"),
)
"""What all seven are said to save: the estimate, the claim, and the peak that it is said to leave.

It stands here and not beside the fixes' own claims, for what the pipelines import is in every figure.
"""


class LeagueStory:
    """What is to be told about one scenario of this suite; implements `Story`."""

    reference: str | None = "sequential"
    before: str | None = "baseline"
    after: str | None = "all"

    def __init__(self, scenario: Scenario, largest_peak_bytes: int) -> None:
        self._scenario = scenario
        self._largest_peak_bytes = largest_peak_bytes
        self.summary = scenario.summary

    def role(self, variant: str) -> Role:
        """Tell the part that a variant plays."""
        parsed = read_variant(variant)
        special = {SEQUENTIAL: Role.REFERENCE, BASELINE: Role.BEFORE, ALL: Role.AFTER}
        for known, role in special.items():
            if parsed == known:
                return role
        if parsed.remedies:
            return Role.REMEDY if parsed == BASELINE._replace(remedies=parsed.remedies[:1]) else Role.OTHER
        if parsed.bounded:
            return Role.OTHER
        changed = [fix for fix in Fix if parsed.form(fix) is not Form.BEFORE]
        if any(parsed.form(fix) is not Form.AFTER for fix in changed):
            return Role.AS_WRITTEN
        if len(changed) == 1:
            return Role.SINGLE
        return Role.STEP if set(changed) == set(PRIORITY[: len(changed)]) else Role.OTHER

    def title(self, variant: str) -> str:
        """Say in words what a variant is."""
        known = {**VARIANTS, **{name: f"not described: {title}" for name, title in REMEDIES.items()}}
        if variant in known:
            return known[variant]
        return next((title for name, title in known.items() if self.same(name, variant)), variant)

    def same(self, variant: str, other: str) -> bool:
        """Tell whether two names stand for the same variant."""
        return read_variant(variant) == read_variant(other)

    @property
    def switches(self) -> Sequence[Switch]:
        """The seven fixes, each in its effective form."""
        return tuple(SWITCHES.values())

    @property
    def order(self) -> Sequence[str]:
        """The fixes in their priority order."""
        return ORDER

    def combination(self, variant: str) -> Combination | None:
        """Tell which fixes and remedies are made; None where one is in another form, or more is done than these."""
        parsed = read_variant(variant)
        in_two_forms = all(form in {Form.BEFORE, Form.AFTER} for form in parsed.forms)
        if not in_two_forms or parsed.sequential or parsed.bounded:
            return None
        return frozenset(f"fix-{fix:d}" for fix in Fix if parsed.form(fix) is Form.AFTER) | set(parsed.remedies)

    @property
    def steps(self) -> Sequence[tuple[str, str]]:
        """The fixes in their priority order, one more at each step."""
        return [(f"+ fix {fix:d}: {fix.title}", f"upto-{count}") for count, fix in enumerate(PRIORITY, start=1)]

    @property
    def levels(self) -> Sequence[Level]:
        """The memory of the machine of the incident, where the figures come near it."""
        return [MACHINE_LIMIT] if self._largest_peak_bytes > MACHINE_LIMIT_SHOWN_ABOVE else []

    @cached_property
    def claims(self) -> Sequence[Claimed]:
        """What the description of the incident says of each fix, and of all together."""
        return [*(self._claimed(fix) for fix in Fix), *self._combined()]

    def _claimed(self, fix: Fix) -> Claimed:
        claim = claim_of(fix)
        per_object = claim.of is Of.OBJECT_PERCENT
        return Claimed(
            fix=SWITCHES[f"fix-{fix:d}"],
            claim=str(claim),
            unit=_unit(claim),
            low=claim.low,
            high=claim.high,
            alone=f"fix-{fix:d}",
            as_written=None if fix in SOUND_AS_WRITTEN else f"fix-{fix:d}-as-written",
            without=f"without-{fix:d}",
            every=self.after,
            loses=claim.loses if loses_data(self._scenario, _as_written(fix)) else "",
            measured=self._object_percent() if per_object else None,
            phase=VALIDATION_PHASE if fix is Fix.INCREMENTAL_VALIDATION else "",
        )

    def _combined(self) -> Iterable[Claimed]:
        losing = [f"fix {fix:d}" for fix in Fix if loses_data(self._scenario, _as_written(fix))]
        for name, claim, leaves in COMBINED:
            yield Claimed(
                fix=Switch("all seven fixes"),
                claim=f"{claim.low:,g}-{claim.high:,g} {claim.of}, the {name} estimate",
                unit=_unit(claim),
                low=claim.low,
                high=claim.high,
                alone="all",
                as_written="all-as-written",
                loses=f"what {' and '.join(losing)} {'loses' if len(losing) == 1 else 'lose'}" if losing else "",
                leaves=leaves,
            )

    def _object_percent(self) -> float | None:
        """Compare one full fixture with its projection, the page behind the full one left out."""
        if not self._scenario.teams:
            return None
        response = SyntheticSite(self._scenario, self._scenario.teams).respond("/team/1", 0)
        fixtures = fixtures_of(
            read_records(Document("/team/1", Response(response.status, response.markup, dom_bytes=0))), owner=None
        )
        full = sum(_own_bytes(fixture) for fixture in fixtures)
        projected = sum(_own_bytes(minimal(fixture)) for fixture in fixtures)
        return 100 * (full - projected) / full


def _as_written(fix: Fix) -> Variant:
    return variant_of([fix], Form.AS_WRITTEN)


def _unit(claim: Claim) -> str:
    # The description divides bytes by 1024 twice and calls the result MB.
    return "MiB" if claim.of is Of.MEGABYTES else str(claim.of)


def _own_bytes(fixture: Fixture) -> int:
    return sys.getsizeof(fixture) + sum(sys.getsizeof(value) for value in fixture.values())


def claim_of(fix: Fix) -> Claim:
    """Load what is claimed of a fix from the file of its forms."""
    module = import_module(f"membench.pipelines.fixes.fix_{fix:d}_{fix.name.lower()}")
    claim: Claim = module.CLAIM
    return claim


def stories(results: Results) -> dict[str, Story]:
    """Make the story of each scenario in the results; one of another suite has a plain one."""
    names = scenario_modules()
    largest: dict[str, int] = {}
    known: dict[str, bool] = {}
    for sample in results.samples:
        name = sample.scenario
        known[name] = known.get(name, name in names) and _is_variant(sample.variant)
        largest[name] = max(largest.get(name, 0), *sample.peak_bytes, 0)
    return {
        name: LeagueStory(load_scenario(name), peak) if known[name] else PlainStory() for name, peak in largest.items()
    }


def _is_variant(name: str) -> bool:
    try:
        read_variant(name)
    except UsageError:
        return False
    return True
