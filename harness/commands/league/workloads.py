"""The league pipelines as workloads: the scenarios, the variants, and the two crossed."""

import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module

from membench import scenarios
from membench.harness.errors import UsageError, unknown_name
from membench.harness.keys import Switch
from membench.harness.model import Outcome, Workload
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.pipelines import remedies
from membench.pipelines.config import ConfigError, read_overrides
from membench.pipelines.variant import (
    PRIORITY,
    SOUND_AS_WRITTEN,
    Fix,
    Form,
    UnknownVariantError,
    Variant,
    parse_variant,
)
from membench.scenarios.synthetic.scenario import Scenario
from membench.scenarios.synthetic.site import fixture_id

TARGET = "membench.scenarios.synthetic.workload:league"
DEFAULT_SCENARIO = "league"
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
    "fix-7-by-default": "fix 7, its first way alone: five teams a batch",
    "fix-7-by-rss": "fix 7, its second way alone, effective: a size by the memory in use",
    "bounded": "all seven fixes, and the identifiers kept in the CMS",
}
"""The variants of a run that names none, with what they are. Others are named by rule (`variant.NAMES_HELP`)."""


def _remedies() -> Mapping[str, str]:
    modules = {name: f"{remedies.__name__}.{name.replace('-', '_')}" for name in remedies.remedy_names()}
    return {name: import_module(module).TITLE for name, module in modules.items()}


REMEDIES: Mapping[str, str] = _remedies()
"""What would help and the description does not name; a run that names no variants has them where pages remember."""

SWITCHES: Mapping[str, Switch] = {f"fix-{fix:d}": Switch(f"fix-{fix:d}", fix.title) for fix in Fix}
ORDER = tuple(f"fix-{fix:d}" for fix in PRIORITY)


def scenario_modules() -> dict[str, str]:
    """Find the scenarios: name and module, without importing any."""
    found = pkgutil.iter_modules(scenarios.__path__)
    return {module.name.replace("_", "-"): f"membench.scenarios.{module.name}" for module in found if not module.ispkg}


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


def make_workloads(names: Sequence[str], variants: Sequence[str], settings: Mapping[str, int]) -> list[Workload]:
    """Cross scenarios and variants; with no variants named, take the `default_variants`.

    Those of them that are known to lose data are expected to; one that is asked for by name is expected to
    give the right output.

    Raises:
        UsageError: a name is not one of a scenario or a variant.
    """
    chosen = [load_scenario(name) for name in dict.fromkeys(names or (DEFAULT_SCENARIO,))]
    return [
        _workload(scenario, variant, settings, expect_loss=not variants)
        for scenario in chosen
        for variant in dict.fromkeys(variants or default_variants(scenario))
    ]


def default_variants(scenario: Scenario) -> tuple[str, ...]:
    """Name the variants of a run that names none: the remedies among them where a page keeps what it has shown."""
    return (*VARIANTS, *(REMEDIES if remembers(scenario) else ()))


@cache  # a report on all combinations asks for each of them a hundred times
def read_variant(name: str) -> Variant:
    """Read a variant's name.

    Raises:
        UsageError: it is none.
    """
    try:
        return parse_variant(name)
    except UnknownVariantError as error:
        raise UsageError(str(error)) from error


def _workload(scenario: Scenario, variant: str, settings: Mapping[str, int], *, expect_loss: bool) -> Workload:
    loses = loses_data(scenario, read_variant(variant))
    return Workload(
        scenario=scenario.name,
        variant=variant,
        target=TARGET,
        parameters={
            "module": scenario_modules()[scenario.name],
            "variant": variant,
            "settings": dict(settings),
        },
        import_paths=(str(IMPORT_ROOT),),
        expected_digest=scenario.digest,
        expected_outcome=Outcome.WRONG_OUTPUT if loses and expect_loss else Outcome.OK,
        loads=_loads(scenario, read_variant(variant)),
    )


def _loads(scenario: Scenario, variant: Variant) -> tuple[str, ...]:
    """Name what the pipelines load for some variants and scenarios only."""
    found = {
        "sequential": variant.sequential,
        "stored_ids": variant.bounded,
        "faulty_site": scenario.faulty_share > 0,
        "past": remembers(scenario),
        "open_pages": scenario.results == "open",
    }
    return (*(name for name, loaded in found.items() if loaded), *variant.remedies)


def remembers(scenario: Scenario) -> bool:
    """Tell whether a page keeps what it has shown."""
    return bool(scenario.most_cached or scenario.uncollected_bytes)


def sized_workload(name: str, variant: str, teams: int, settings: Mapping[str, int]) -> Workload:
    """Make the workload of a scenario with another number of teams; its right output is not known beforehand.

    Raises:
        UsageError: a name is not one of a scenario or a variant.
    """
    workload = _workload(load_scenario(name), variant, settings, expect_loss=False)
    return replace(
        workload,
        scenario=sized_name(name, teams),
        parameters={**workload.parameters, "teams": teams},
        varied={"teams": teams},
        expected_digest=None,
    )


def sized_name(name: str, teams: int) -> str:
    """Name a scenario with another number of teams."""
    return f"{name} with {teams} teams"


def identifiers_of(name: str, team: int) -> list[str]:
    """Give the identifiers of a team's fixtures."""
    scenario = load_scenario(name)
    return [fixture_id(team, number) for number in range(scenario.fixtures_of(team))]


def loses_data(scenario: Scenario, variant: Variant) -> bool:
    """Tell whether a variant is known to lose data: fix 2 as written always, fix 6 where there are errors to lose."""
    written = {fix for fix in Fix if variant.form(fix) is Form.AS_WRITTEN}
    return Fix.MINIMAL_RESULTS in written or (Fix.CLEAR_INTERMEDIATES in written and scenario.faulty_share > 0)
