"""The built-in suite: what a run that names nothing takes, and what is ready before the first trial."""

import re
from pathlib import Path

from membench.harness.commands.league.story import LeagueStory
from membench.harness.commands.league.suite import LeagueSuite, LeagueSwitches
from membench.harness.commands.league.workloads import REMEDIES, VARIANTS, default_variants, load_scenario
from membench.harness.model import Role
from membench.harness.runs.schedule import interleave
from membench.harness.suites.configuration import GateSettings
from membench.pipelines.variant import Fix

ROOT = Path(__file__).parents[4]
LAZY_IMPORT = re.compile(r"^ +from membench\S*?\.(\w+) import \w+  # noqa: PLC0415", re.MULTILINE)


def test_remedies_are_measured_unasked_only_where_pages_remember() -> None:
    assert default_variants(load_scenario("league")) == tuple(VARIANTS)
    assert default_variants(load_scenario("chromium-light")) == (*VARIANTS, *REMEDIES)


def test_a_remedy_is_a_switch_that_joins_where_it_is_named() -> None:
    switched = LeagueSwitches("league", {})
    assert [switch.name for switch in switched.switches] == [f"fix-{fix:d}" for fix in Fix]
    assert {switch.name for switch in switched.further} == set(REMEDIES)
    workload = switched.workload(frozenset({"fix-3", "cache-off", "page-per-operation"}))
    assert workload.variant == "fix-3+cache-off+page-per-operation"
    assert switched.claim("cache-off") == ""


def test_the_story_tells_remedies_from_fixes_and_from_both_together() -> None:

    story = LeagueStory(load_scenario("league"), 0)
    assert story.role("cache-off") is Role.REMEDY
    assert story.title("cache-off") == "not described: the back-forward cache off"
    assert story.role("fix-3+cache-off") is story.role("sequential+cache-off") is Role.OTHER
    assert story.combination("fix-3+cache-off") == frozenset({"fix-3", "cache-off"})
    assert story.combination("fix-7-by-rss") is None
    assert story.role("fix-7-by-rss") is Role.AS_WRITTEN


def test_a_variant_that_loads_more_than_others_has_a_warm_up_of_its_own() -> None:
    suite = LeagueSuite({}, GateSettings())
    workloads = suite.workloads(["league"], ["baseline", "fix-1", "sequential", "all", "cache-off", "bounded"])
    warmed = [trial.workload.variant for trial in interleave(workloads, ["peak_rss"], 3).warm_ups]
    assert sorted(warmed) == ["baseline", "bounded", "cache-off", "sequential"]


def test_what_is_loaded_for_some_is_known_to_the_warm_ups() -> None:
    """Imports inside functions of the measured process are those that `loads` has a name for."""
    lazy = {
        found[1]
        for folder in ("pipelines", "pipelines/browser", "scenarios/synthetic")
        for file in (ROOT / folder).glob("*.py")
        if file.name != "weigh.py"
        for found in re.finditer(
            r"^ +from membench\S*?\.(\w+) import \w+  # noqa: PLC0415", file.read_text(), re.MULTILINE
        )
    }
    assert lazy == {"sequential", "stored_ids", "faulty_site", "past", "open_pages", "remedies"}
