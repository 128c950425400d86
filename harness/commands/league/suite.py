"""The built-in suite: the league pipelines in all scenarios and variants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from membench.harness.attribution.shapley import Combination
from membench.harness.commands.league.story import claim_of, stories
from membench.harness.commands.league.workloads import (
    ORDER,
    REMEDIES,
    SWITCHES,
    VARIANTS,
    load_scenario,
    make_workloads,
    read_settings,
)
from membench.harness.errors import UsageError
from membench.harness.keys import Switch, WorkloadKey
from membench.harness.model import Results, Workload
from membench.harness.suites.configuration import GateSettings
from membench.harness.suites.story import Story
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.pipelines.variant import Fix, variant_of

CODE_UNDER_TEST = "pipelines"


class LeagueSuite:
    """The built-in suite; implements `Suite`."""

    name = "league"

    def __init__(self, environ: Mapping[str, str], gate: GateSettings) -> None:
        self.settings = read_settings(environ)
        self.gate = gate

    def workloads(self, scenarios: Sequence[str], variants: Sequence[str]) -> list[Workload]:
        """Cross scenarios and variants."""
        return make_workloads(scenarios, variants, self.settings)

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
        ours = IMPORT_ROOT / "membench"
        package = scratch / "membench"
        package.mkdir()
        (package / "__init__.py").symlink_to(ours / "__init__.py")
        (package / "scenarios").symlink_to(ours / "scenarios")
        (package / CODE_UNDER_TEST).symlink_to(checkout / CODE_UNDER_TEST)
        return [replace(workload, import_paths=(str(scratch),)) for workload in workloads]

    def defined_in(self, checkout: Path) -> set[WorkloadKey]:
        """Name the scenarios of a checkout, each in the variants that are known here."""
        files = (checkout / "scenarios").glob("[!_]*.py")
        known = (*VARIANTS, *REMEDIES)
        return {WorkloadKey(file.stem.replace("_", "-"), variant) for file in files for variant in known}


class LeagueSwitches:
    """A scenario with the seven fixes as switches, and the remedies where they are asked for; implements `Switched`."""

    switches: Sequence[Switch] = tuple(SWITCHES.values())
    further: Sequence[Switch] = tuple(Switch(name, title) for name, title in REMEDIES.items())
    order: Sequence[str] = (*ORDER, *REMEDIES)

    def __init__(self, scenario: str, settings: Mapping[str, int]) -> None:
        self.scenario = load_scenario(scenario).name
        self._settings = settings

    def story(self, results: Results) -> Story:
        """Make the story of the scenario."""
        return stories(results)[self.scenario]

    def claim(self, switch: str) -> str:
        """Say what the description of the incident says that a fix saves."""
        return "" if switch in REMEDIES else str(claim_of(Fix(int(switch.removeprefix("fix-")))))

    def workload(self, combination: Combination) -> Workload:
        """Make the scenario with these fixes in their effective form, and these remedies."""
        fixes = variant_of(Fix(int(switch.removeprefix("fix-"))) for switch in combination - set(REMEDIES))
        variant = fixes._replace(remedies=tuple(sorted(combination & set(REMEDIES))))
        (workload,) = make_workloads([self.scenario], [str(variant)], self._settings)
        return workload
