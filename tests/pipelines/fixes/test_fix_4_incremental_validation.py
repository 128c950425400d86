"""What each form of fix 4 has alive, and that all of them save the same records."""

import weakref

import pytest

from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.fixes import fix_4_incremental_validation as fix_4
from membench.pipelines.fixes import fix_6_clear_intermediates as fix_6
from membench.pipelines.fixture import FixtureRef
from membench.pipelines.variant import Form

FIXTURES = [FixtureRef(f"G{number}", f"/{number}") for number in range(40)]
CONCURRENCY = 4


class FullResult:
    """Stands for a full validation result; its life can be watched."""

    def __init__(self, fixture: FixtureRef) -> None:
        self._game_id = fixture.game_id

    def record(self) -> dict[str, object]:
        return {"game_id": self._game_id, "valid": 1, "status": 200}


@pytest.mark.parametrize(
    ("form", "most_alive"), [(Form.BEFORE, 40), (Form.AS_WRITTEN, CONCURRENCY), (Form.AFTER, CONCURRENCY)]
)
def test_how_many_full_results_are_alive_at_once(form: Form, most_alive: int) -> None:
    alive: weakref.WeakSet[FullResult] = weakref.WeakSet()
    most = 0
    saved: list[str] = []

    async def validate(fixture: FixtureRef) -> FullResult:
        nonlocal most
        result = FullResult(fixture)
        alive.add(result)
        most = max(most, len(alive))
        return result

    run_on_virtual_clock(
        fix_4.FORMS[form](
            iter(FIXTURES), validate, CONCURRENCY, lambda record: saved.append(record["game_id"]), fix_6.after
        )
    )
    assert sorted(saved) == sorted(fixture.game_id for fixture in FIXTURES)
    assert most <= most_alive
    if form is Form.BEFORE:
        assert most == most_alive


@pytest.mark.parametrize(("form", "drawn_first"), [(Form.BEFORE, 40), (Form.AS_WRITTEN, 40), (Form.AFTER, CONCURRENCY)])
def test_only_the_effective_form_draws_fixtures_as_it_needs_them(form: Form, drawn_first: int) -> None:
    drawn = 0
    drawn_at_first_validation: list[int] = []

    def fixtures() -> object:
        nonlocal drawn
        for fixture in FIXTURES:
            drawn += 1
            yield fixture

    async def validate(fixture: FixtureRef) -> FullResult:
        drawn_at_first_validation.append(drawn)
        return FullResult(fixture)

    run_on_virtual_clock(fix_4.FORMS[form](fixtures(), validate, CONCURRENCY, lambda _: None, fix_6.after))
    assert drawn_at_first_validation[0] <= drawn_first
    if form is not Form.AFTER:
        assert drawn_at_first_validation[0] == drawn_first
