"""The built-in suite: the league pipelines in all scenarios and variants."""

import pkgutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from pathlib import Path

import scenarios
from harness.attribution import Combination
from harness.commands.suites.story import Claimed, PlainStory, Story
from harness.configuration import GateSettings
from harness.errors import UsageError, unknown_name
from harness.model import Outcome, Results, Workload
from pipelines.browser.page import Document
from pipelines.config import ConfigError, read_overrides
from pipelines.fixes.claim import Claim, Of
from pipelines.fixes.fix_7_smaller_batches import SMALL_ABOVE_BYTES
from pipelines.fixture import Fixture, minimal
from pipelines.scrape import read_fixtures
from pipelines.variant import (
    ALL,
    BASELINE,
    PRIORITY,
    SEQUENTIAL,
    SOUND_AS_WRITTEN,
    Fix,
    Form,
    UnknownVariantError,
    Variant,
    parse_variant,
    variant_of,
)
from reports.document import Level, Role
from scenarios.synthetic.scenario import Scenario
from scenarios.synthetic.site import SyntheticSite, fixture_id

CODE_UNDER_TEST = "pipelines"
TARGET = "scenarios.synthetic.workload:league"
DEFAULT_SCENARIO = "league"
MACHINE_LIMIT = Level(label="2 GB machine", peak_bytes=2_000_000_000)
MACHINE_LIMIT_SHOWN_ABOVE = MACHINE_LIMIT.peak_bytes // 4
"""Below a quarter of it the line would only push the bars together."""

VARIANTS: Mapping[str, str] = {
    "sequential": "one item at a time, as before parallel processing",
    "baseline": "parallel, nothing fixed",
    **{f"fix-{fix:d}": f"fix {fix:d} alone: {fix.title}" for fix in Fix},
    **{f"upto-{count}": f"the first {count} in priority order" for count in range(2, len(Fix))},
    "all": "all seven fixes",
    **{
        f"fix-{fix:d}-as-written": f"fix {fix:d} to the letter: {fix.title}"
        for fix in Fix
        if fix not in SOUND_AS_WRITTEN
    },
    "all-as-written": "all seven fixes to the letter",
    "bounded": "all seven fixes, and the identifiers kept in the CMS",
}
"""The variants of a run that names none, with what they are. Others are named by rule (`variant.NAMES_HELP`)."""

SWITCHES: Mapping[str, str] = {f"fix-{fix:d}": f"fix {fix:d}: {fix.title}" for fix in Fix}
ORDER = tuple(f"fix-{fix:d}" for fix in PRIORITY)

VALIDATION_PHASE = "validate"

COMBINED = (
    ("conservative", Claim(low=500, high=700, of=Of.MEGABYTES), ""),
    ("optimistic", Claim(low=700, high=1000, of=Of.MEGABYTES), "1-1.3 GB"),
)
"""What all seven are said to save: the estimate, the claim, and the peak that it is said to leave.

It stands here and not beside the fixes' own claims, for what the pipelines import is in every figure.
"""


def scenario_modules() -> dict[str, str]:
    """Find the scenarios: name and module, without importing any."""
    found = pkgutil.iter_modules(scenarios.__path__)
    return {module.name.replace("_", "-"): f"scenarios.{module.name}" for module in found if not module.ispkg}


def load_scenario(name: str) -> Scenario:
    """Load a scenario.

    Raises:
        UsageError: there is none of that name.
    """
    modules = scenario_modules()
    if name not in modules:
        raise unknown_name("scenario", name, list(modules))
    scenario: Scenario = import_module(modules[name]).SCENARIO
    return scenario


def read_settings(environ: Mapping[str, str]) -> dict[str, int]:
    """Read the settings that the pipelines take from the environment.

    Raises:
        UsageError: one of them is no setting.
    """
    try:
        return read_overrides(environ)
    except ConfigError as error:
        raise UsageError(str(error)) from error


def workloads(names: Sequence[str], variants: Sequence[str], settings: Mapping[str, int]) -> list[Workload]:
    """Cross scenarios and variants; with no variants named, take all of `VARIANTS`.

    Those of them that are known to lose data are expected to; one that is asked for by name is expected to
    give the right output.

    Raises:
        UsageError: a name is not one of a scenario or a variant.
    """
    return [
        _workload(load_scenario(name), variant, settings, expect_loss=not variants)
        for name in dict.fromkeys(names or (DEFAULT_SCENARIO,))
        for variant in dict.fromkeys(variants or VARIANTS)
    ]


def parse(name: str) -> Variant:
    """Read a variant's name.

    Raises:
        UsageError: it is none.
    """
    try:
        return parse_variant(name)
    except UnknownVariantError as error:
        raise UsageError(str(error)) from error


def _workload(scenario: Scenario, variant: str, settings: Mapping[str, int], *, expect_loss: bool) -> Workload:
    loses = expect_loss and loses_data(scenario, parse(variant))
    return Workload(
        scenario=scenario.name,
        variant=_checked(variant),
        target=TARGET,
        parameters={
            "module": scenario_modules()[scenario.name],
            "variant": variant,
            "settings": dict(settings),
        },
        import_paths=(str(Path(scenarios.__path__[0]).parent),),
        expected_digest=scenario.digest,
        expected_outcome=Outcome.WRONG_OUTPUT if loses else Outcome.OK,
    )


def sized(name: str, variant: str, teams: int, settings: Mapping[str, int]) -> Workload:
    """Make the workload of a scenario with another number of teams; its right output is not known beforehand.

    Raises:
        UsageError: a name is not one of a scenario or a variant.
    """
    workload = _workload(load_scenario(name), variant, settings, expect_loss=False)
    return replace(
        workload,
        scenario=sized_name(name, teams),
        parameters={**workload.parameters, "teams": teams},
        expected_digest=None,
    )


def sized_name(name: str, teams: int) -> str:
    """Name a scenario with another number of teams."""
    return f"{name} with {teams} teams"


def identifiers_of(name: str, team: int) -> list[str]:
    """Give the identifiers of a team's fixtures."""
    scenario = load_scenario(name)
    return [fixture_id(team, number) for number in range(scenario.fixtures_of(team))]


def _checked(variant: str) -> str:
    parse(variant)
    return variant


def loses_data(scenario: Scenario, variant: Variant) -> bool:
    """Tell whether a variant is known to lose data: fix 2 as written always, fix 6 where there are errors to lose."""
    written = {fix for fix in Fix if variant.form(fix) is Form.AS_WRITTEN}
    return Fix.MINIMAL_RESULTS in written or (Fix.CLEAR_INTERMEDIATES in written and scenario.faulty_share > 0)


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
        parsed = parse(variant)
        special = {SEQUENTIAL: Role.REFERENCE, BASELINE: Role.BEFORE, ALL: Role.AFTER}
        for known, role in special.items():
            if parsed == known:
                return role
        if parsed.bounded:
            return Role.OTHER
        changed = [fix for fix in Fix if parsed.form(fix) is not Form.BEFORE]
        if any(parsed.form(fix) is Form.AS_WRITTEN for fix in changed):
            return Role.AS_WRITTEN
        if len(changed) == 1:
            return Role.SINGLE
        return Role.STEP if set(changed) == set(PRIORITY[: len(changed)]) else Role.OTHER

    def title(self, variant: str) -> str:
        """Say in words what a variant is."""
        if variant in VARIANTS:
            return VARIANTS[variant]
        return next((title for name, title in VARIANTS.items() if self.same(name, variant)), variant)

    def same(self, variant: str, other: str) -> bool:
        """Tell whether two names stand for the same variant."""
        return parse(variant) == parse(other)

    @property
    def switches(self) -> Mapping[str, str]:
        """The seven fixes, each in its effective form."""
        return SWITCHES

    @property
    def order(self) -> Sequence[str]:
        """The fixes in their priority order."""
        return ORDER

    def combination(self, variant: str) -> Combination | None:
        """Tell which fixes are made, unless one is made to the letter or more is done than the seven."""
        parsed = parse(variant)
        written = any(parsed.form(fix) is Form.AS_WRITTEN for fix in Fix)
        if written or parsed.sequential or parsed.bounded:
            return None
        return frozenset(f"fix-{fix:d}" for fix in Fix if parsed.form(fix) is Form.AFTER)

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
            acts_above_bytes=SMALL_ABOVE_BYTES if fix is Fix.SMALLER_BATCHES else 0,
        )

    def _combined(self) -> Iterable[Claimed]:
        written = [claim_of(fix).loses for fix in Fix if loses_data(self._scenario, _as_written(fix))]
        for name, claim, leaves in COMBINED:
            yield Claimed(
                fix="all seven fixes",
                claim=f"{claim.low:,g}-{claim.high:,g} {claim.of}, the {name} estimate",
                unit=_unit(claim),
                low=claim.low,
                high=claim.high,
                alone="all",
                as_written="all-as-written",
                loses="; ".join(written),
                leaves=leaves,
            )

    def _object_percent(self) -> float | None:
        """Compare one full fixture with its projection, the page behind the full one left out."""
        if not self._scenario.teams:
            return None
        response = SyntheticSite(self._scenario, self._scenario.teams).respond("/team/1", 0)
        fixtures = read_fixtures(Document("/team/1", response.status, response.markup, dom_bytes=0))
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
    module = import_module(f"pipelines.fixes.fix_{fix:d}_{fix.name.lower()}")
    claim: Claim = module.CLAIM
    return claim


class LeagueSwitches:
    """A scenario with the seven fixes as switches; implements `Switched`."""

    switches: Mapping[str, str] = SWITCHES
    order: Sequence[str] = ORDER

    def __init__(self, scenario: str, settings: Mapping[str, int]) -> None:
        self.scenario = load_scenario(scenario).name
        self._settings = settings

    def story(self, results: Results) -> Story:
        """Make the story of the scenario."""
        return stories(results)[self.scenario]

    def claim(self, switch: str) -> str:
        """Say what the description of the incident says that a fix saves."""
        return str(claim_of(Fix(int(switch.removeprefix("fix-")))))

    def workload(self, combination: Combination) -> Workload:
        """Make the scenario with these fixes in their effective form."""
        fixes = variant_of(Fix(int(switch.removeprefix("fix-"))) for switch in combination)
        (workload,) = workloads([self.scenario], [str(fixes)], self._settings)
        return workload


def stories(results: Results) -> dict[str, Story]:
    """Make the story of each scenario in the results; one of another suite has a plain one."""
    largest: dict[str, int] = {}
    known: dict[str, bool] = {}
    for sample in results.samples:
        name = sample.scenario
        known[name] = known.get(name, name in scenario_modules()) and _is_variant(sample.variant)
        largest[name] = max(largest.get(name, 0), *sample.peak_bytes, 0)
    return {
        name: LeagueStory(load_scenario(name), peak) if known[name] else PlainStory() for name, peak in largest.items()
    }


def _is_variant(name: str) -> bool:
    try:
        parse_variant(name)
    except UnknownVariantError:
        return False
    return True


class LeagueSuite:
    """The built-in suite; implements `Suite`."""

    name = "league"

    def __init__(self, environ: Mapping[str, str], gate: GateSettings) -> None:
        self.settings = read_settings(environ)
        self.gate = gate

    def workloads(self, scenarios: Sequence[str], variants: Sequence[str]) -> list[Workload]:
        """Cross scenarios and variants."""
        return workloads(scenarios, variants, self.settings)

    def prepare(self, workloads: Sequence[Workload]) -> list[Workload]:
        """Do nothing: they are all there."""
        return list(workloads)

    def stories(self, results: Results) -> Mapping[str, Story]:
        """Make the story of each scenario."""
        return stories(results)

    def at(self, workloads: Sequence[Workload], checkout: Path, scratch: Path) -> list[Workload]:
        """Take the pipelines from a checkout, and the scenarios from here: a changed scenario is no changed pipeline.

        A commit from before there were pipelines fails in its trials, which says that it cannot run them.

        Raises:
            UsageError: this is a project without pipelines.
        """
        project = Path.cwd()
        if not (project / CODE_UNDER_TEST).is_dir():
            raise UsageError(
                f"The built-in suite measures the {CODE_UNDER_TEST}/ of membench itself, which {project} has not. "
                "Go to the project's own folder, or describe workloads in [tool.membench.workloads] of pyproject.toml."
            )
        (scratch / CODE_UNDER_TEST).symlink_to(checkout / CODE_UNDER_TEST)
        (scratch / "scenarios").symlink_to(Path(scenarios.__path__[0]))
        return [replace(workload, import_paths=(str(scratch),)) for workload in workloads]

    def defined_in(self, checkout: Path) -> set[tuple[str, str]]:
        """Name the scenarios of a checkout, each in the variants that are known here."""
        files = (checkout / "scenarios").glob("[!_]*.py")
        return {(file.stem.replace("_", "-"), variant) for file in files for variant in VARIANTS}
