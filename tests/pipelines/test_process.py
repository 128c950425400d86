"""The whole system: whatever form each fix takes, what is put out is what the sequential system puts out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.browser.page import BrowserWeights
from membench.pipelines.browsing import Results
from membench.pipelines.cms import Cms
from membench.pipelines.process import League, process_league
from membench.pipelines.remedies import remedy_names
from membench.pipelines.result import LeagueResult, digest
from membench.pipelines.variant import (
    ALL,
    BASELINE,
    BOUNDED,
    SEQUENTIAL,
    Fix,
    Form,
    Variant,
    all_combinations,
    parse_variant,
    variant_of,
)
from membench.scenarios.synthetic.scenario import Scenario
from membench.scenarios.synthetic.site import site_of

BIG = 2 * 1024**3


def small_league(teams: int, fixtures: int, faulty_share: float, seed: int) -> Scenario:
    return Scenario(
        name="small",
        summary="",
        origin="",
        teams=teams,
        fixtures_per_team=fixtures,
        fixture_bytes=(5, 40),
        dom_bytes=10,
        page_bytes=10,
        browser_bytes=10,
        body_bytes=10,
        faulty_share=faulty_share,
        seed=seed,
        digest="",
    )


def run(
    scenario: Scenario,
    variant: Variant,
    overrides: dict[str, int] | None = None,
    rss_bytes: int = 0,
    results: Results = "handles",
    *,
    disposes: bool = True,
) -> tuple[str, LeagueResult, list[str]]:
    """Run once; return the digest, the result and the phases."""
    cms = Cms(":memory:")
    phases: list[str] = []
    league = League(
        site=site_of(scenario, scenario.teams),
        weights=BrowserWeights(process_bytes=1, page_bytes=1, most_cached=2, uncollected_bytes=50, most_renderers=2),
        cms=cms,
        mark=phases.append,
        results=results,
        disposes=disposes,
        read_rss=lambda: rss_bytes,
    )
    result = run_on_virtual_clock(process_league(league, variant, overrides or {}))
    hashed = digest(result, cms)
    cms.close()
    return hashed, result, phases


leagues = st.builds(
    small_league,
    teams=st.integers(0, 9),
    fixtures=st.integers(0, 3),
    faulty_share=st.sampled_from([0.0, 0.2, 0.6, 1.0]),
    seed=st.integers(0, 10_000),
)
overrides = st.fixed_dictionaries(
    {},
    optional={
        "page_pool_size": st.integers(1, 4),
        "competitions_concurrency": st.integers(1, 4),
        "teams_concurrency": st.integers(1, 6),
        "validation_concurrency": st.integers(1, 6),
        "game_data_batch_size": st.integers(1, 11),
    },
)


@pytest.mark.slow
@settings(max_examples=25)
@given(leagues, overrides, st.sampled_from([0, BIG]))
def test_every_combination_of_effective_fixes_puts_out_what_the_sequential_system_does(
    league: Scenario, limits: dict[str, int], rss_bytes: int
) -> None:
    reference, _, _ = run(league, SEQUENTIAL)
    for variant in [*all_combinations(), BOUNDED]:
        assert run(league, variant, limits, rss_bytes)[0] == reference, str(variant)


@settings(max_examples=25)
@given(
    leagues,
    st.sampled_from(["plain", "handles", "open"]),
    st.booleans(),
    st.sampled_from([SEQUENTIAL, BASELINE, ALL]),
    st.sets(st.sampled_from(remedy_names())),
)
def test_no_kind_of_results_and_no_remedy_changes_what_is_put_out(
    league: Scenario, results: Results, disposes: bool, fixes: Variant, remedies: set[str]
) -> None:
    variant = fixes._replace(remedies=tuple(sorted(remedies)))
    assert run(league, variant, results=results, disposes=disposes)[0] == run(league, SEQUENTIAL)[0]


@pytest.mark.slow
@pytest.mark.parametrize("fix", [fix for fix in Fix if fix not in {Fix.MINIMAL_RESULTS, Fix.CLEAR_INTERMEDIATES}])
@settings(max_examples=15)
@given(league=leagues)
def test_a_form_as_written_that_is_merely_useless_still_puts_out_the_same(fix: Fix, league: Scenario) -> None:
    assert run(league, variant_of([fix], Form.AS_WRITTEN))[0] == run(league, SEQUENTIAL)[0]


def test_fix_2_as_written_loses_the_fields_of_every_fixture() -> None:
    league = small_league(teams=3, fixtures=2, faulty_share=0.0, seed=1)
    assert run(league, parse_variant("fix-2-as-written"))[0] != run(league, SEQUENTIAL)[0]


def test_fix_6_as_written_loses_the_errors_where_there_are_any() -> None:
    faulty = small_league(teams=9, fixtures=2, faulty_share=0.6, seed=3)
    written, result, _ = run(faulty, parse_variant("fix-6-as-written"))
    reference, sequential, _ = run(faulty, SEQUENTIAL)
    assert sequential.failures
    assert result.failures == []
    assert written != reference
    sound = small_league(teams=9, fixtures=2, faulty_share=0.0, seed=3)
    assert run(sound, parse_variant("fix-6-as-written"))[0] == run(sound, SEQUENTIAL)[0]


@settings(max_examples=20)
@given(leagues)
def test_the_same_run_twice_is_the_same(league: Scenario) -> None:
    assert run(league, ALL)[::2] == run(league, ALL)[::2]


def test_phases_come_in_the_order_of_the_work() -> None:
    league = small_league(teams=12, fixtures=1, faulty_share=0.0, seed=0)
    phases = run(league, parse_variant("baseline"))[2]
    assert phases == ["competitions", "scrape", "assign", "scrape", "assign", "validate"]


def test_every_fixture_of_a_sound_league_is_found_valid() -> None:
    league = small_league(teams=4, fixtures=3, faulty_share=0.0, seed=0)
    cms = Cms(":memory:")
    site = site_of(league, league.teams)
    work = League(site=site, weights=BrowserWeights(1, 1), cms=cms, mark=lambda _: None)
    result = run_on_virtual_clock(process_league(work, ALL, {}))
    assert len(list(result.scraped_ids)) == 12
    assert [row[1:] for row in cms.rows("validations")] == [(1, 200)] * 12
    cms.close()
