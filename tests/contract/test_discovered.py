"""What holds for everything that is found by discovery: scenarios, fixes, meters, verbs."""

from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from membench.harness.commands.command_line import VERBS, cli
from membench.harness.commands.league.workloads import VARIANTS, load_scenario, scenario_modules
from membench.harness.discovery import Registry
from membench.harness.errors import UsageError
from membench.harness.meters import METERS, load_meter, meter_names
from membench.harness.trial.adapters import ADAPTERS
from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.browser.page import BrowserWeights
from membench.pipelines.cms import Cms
from membench.pipelines.fixes.claim import Claim
from membench.pipelines.process import League, process_league
from membench.pipelines.remedies import remedy_names
from membench.pipelines.result import digest
from membench.pipelines.variant import FORMS_OF_ONE, SEQUENTIAL, SOUND_AS_WRITTEN, Fix, Form, parse_variant
from membench.reports.charts import CHARTS
from membench.reports.exports import EXPORTS
from membench.reports.formats import FORMATS
from membench.reports.gates import GATE_FORMATS
from membench.scenarios.synthetic.site import site_of

SCENARIOS = sorted(scenario_modules())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenarios_digest_is_that_of_the_sequential_system(name: str) -> None:
    scenario = load_scenario(name)
    cms = Cms(":memory:")
    # What a page weighs has no part in what is put out, so nothing heavy is made here.
    weightless = dict.fromkeys(("dom_bytes", "layout_bytes", "surface_bytes", "left_behind_bytes"), 0)
    site = site_of(scenario._replace(**weightless), scenario.teams)
    work = League(site=site, weights=BrowserWeights(0, 0), cms=cms, mark=lambda _: None)
    result = run_on_virtual_clock(process_league(work, SEQUENTIAL, {}))
    assert digest(result, cms) == scenario.digest
    cms.close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_has_the_name_of_its_file_and_says_where_its_weights_come_from(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.summary
    assert scenario.origin


def test_the_league_has_over_100_teams_or_fixtures_as_asked() -> None:
    def fixtures(name: str) -> int:
        scenario = load_scenario(name)
        return sum(scenario.fixtures_of(team) for team in range(scenario.teams))

    assert (load_scenario("league").teams, fixtures("league")) == (100, 1000)
    assert (load_scenario("league-large").teams, fixtures("league-large")) == (500, 5000)
    skewed = load_scenario("skewed")
    busy = sum(skewed.fixtures_of(team) for team in range(skewed.teams) if skewed.fixtures_of(team) > 10)
    assert busy / fixtures("skewed") == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("fix", list(Fix))
def test_a_fix_has_its_forms_and_its_claim_in_its_own_file(fix: Fix) -> None:
    module = import_module(f"membench.pipelines.fixes.fix_{fix:d}_{fix.name.lower()}")
    expected = {Form.BEFORE, Form.AFTER} | (set() if fix in SOUND_AS_WRITTEN else {Form.AS_WRITTEN})
    expected |= {form for form, of in FORMS_OF_ONE.items() if of is fix}
    assert set(module.FORMS) == expected
    assert isinstance(module.CLAIM, Claim)
    assert 0 < module.CLAIM.low <= module.CLAIM.high


@pytest.mark.parametrize("name", remedy_names())
def test_a_remedy_has_its_forms_side_by_side_and_a_name_in_words(name: str) -> None:
    module = import_module(f"membench.pipelines.remedies.{name.replace('-', '_')}")
    assert set(module.FORMS) == {Form.BEFORE, Form.AFTER}
    assert module.TITLE
    assert parse_variant(name).remedies == (name,)


@pytest.mark.parametrize("name", meter_names())
def test_a_meter_is_a_file_that_says_what_it_reads(name: str) -> None:
    assert METERS.file(name).is_file()
    assert load_meter(name).METER.summary


REGISTRIES = (
    (CHARTS, "CHART", ("name", "title", "draw")),
    (FORMATS, "FORMAT", ("name", "suffix", "render")),
    (GATE_FORMATS, "FORMAT", ("name", "suffix", "render")),
    (EXPORTS, "EXPORT", ("name", "summary", "render")),
)


@pytest.mark.parametrize(
    ("registry", "name", "attribute", "members"),
    [(registry, name, attribute, members) for registry, attribute, members in REGISTRIES for name in registry.names()],
)
def test_one_file_is_a_chart_a_format_or_an_export_of_its_name(
    registry: Registry, name: str, attribute: str, members: tuple[str, ...]
) -> None:
    found = registry.load(name, attribute)
    assert found.name == name
    assert [member for member in members if not getattr(found, member, None)] == []


@pytest.mark.parametrize("name", ADAPTERS.names())
def test_an_adapter_is_a_file_that_makes_what_is_measured(name: str) -> None:
    assert callable(ADAPTERS.load(name, "make"))


def test_an_adapter_is_one_file_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "notebook_cell.py").write_text("THING = 1\n")
    (tmp_path / "helpers.py").write_text("")
    folder = Registry(
        kind="thing", package="x", folders=[str(tmp_path)], dashed=True, shared=frozenset({"helpers"}), extra=("none",)
    )
    assert folder.names() == ["notebook-cell"]
    assert folder.file("notebook-cell") == tmp_path / "notebook_cell.py"
    with pytest.raises(UsageError, match=r"No thing named 'os\.path'. Known: none, notebook-cell"):
        folder.load("os.path", "THING")


@pytest.mark.parametrize("name", list(VARIANTS))
def test_every_listed_variant_is_one(name: str) -> None:
    parse_variant(name)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="league-large"):
        load_scenario("leage")


@pytest.mark.parametrize("verb", list(VERBS))
def test_a_verbs_summary_is_the_first_line_of_its_help(verb: str) -> None:
    shown = CliRunner().invoke(cli, [verb, "--help"])
    assert shown.exit_code == 0
    text = " ".join(shown.output.split())
    assert VERBS[verb].rstrip(".") in text
