"""The workload that a trial runs: a scenario's league in one variant."""

import os
from collections.abc import Callable, Mapping
from importlib import import_module

from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.browser.document import touched
from membench.pipelines.browser.page import BrowserWeights
from membench.pipelines.cms import Cms
from membench.pipelines.process import League, process_league
from membench.pipelines.result import LeagueResult, digest
from membench.pipelines.variant import parse_variant
from membench.scenarios.synthetic.scenario import Scenario
from membench.scenarios.synthetic.site import site_of


class LeagueWorkload:
    """Runs once, then tells the digest of what it has written; `scratch` is a folder of its own."""

    def __init__(self, scenario: Scenario, variant: str, settings: Mapping[str, int], teams: int, scratch: str) -> None:
        self._scenario = scenario
        self._variant = parse_variant(variant)
        self._settings = dict(settings)
        self._site = site_of(scenario, teams)
        self._path = os.path.join(scratch, "cms.sqlite")
        self._cms = Cms(self._path)
        self._result: LeagueResult | None = None

    def run(self, mark: Callable[[str], None]) -> None:
        """Run the league; `mark` is told the name of each phase as it begins."""
        scenario = self._scenario
        weights = BrowserWeights(
            process_bytes=scenario.browser_bytes,
            page_bytes=scenario.page_bytes,
            most_cached=scenario.most_cached,
            uncollected_bytes=scenario.uncollected_bytes,
            most_renderers=scenario.most_renderers,
        )
        league = League(
            site=self._site,
            weights=weights,
            cms=self._cms,
            mark=mark,
            results=scenario.results,
            disposes=scenario.disposes,
        )
        runtime = touched(scenario.runtime_bytes)
        self._result = run_on_virtual_clock(process_league(league, self._variant, self._settings))
        del runtime

    def digest(self) -> str:
        """Hash what the run has left behind."""
        assert self._result is not None, "digest before run"
        return digest(self._result, self._cms)

    def close(self) -> None:
        """Close the database and remove it."""
        self._cms.close()
        os.unlink(self._path)


def league(
    *, module: str, variant: str, settings: Mapping[str, int], scratch: str, teams: int | None = None
) -> LeagueWorkload:
    """Make the workload of the scenario in a module, with another number of teams if one is given."""
    scenario: Scenario = import_module(module).SCENARIO
    return LeagueWorkload(scenario, variant, settings, scenario.teams if teams is None else teams, scratch)
