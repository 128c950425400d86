"""What is alive of one batch while the next one is scraped, in each form of fix 3."""

import weakref

import pytest

from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.fixes import fix_3_clear_batches as fix_3
from membench.pipelines.site import Team
from membench.pipelines.variant import Form

TEAMS = [Team(str(number), "", "") for number in range(12)]


class Fixtures(list):
    """A team's fixtures whose life can be watched."""

    __hash__ = object.__hash__


@pytest.mark.parametrize(
    ("form", "alive_at_start"),
    [
        (Form.BEFORE, [0, 3, 6, 9]),  # everything
        (Form.AS_WRITTEN, [0, 3, 3, 3]),  # the batch before, which the assigner holds
        (Form.AFTER, [0, 0, 0, 0]),  # nothing
    ],
)
def test_how_much_of_earlier_batches_is_alive_when_a_batch_starts(form: Form, alive_at_start: list[int]) -> None:
    alive: weakref.WeakSet[Fixtures] = weakref.WeakSet()
    seen: list[int] = []
    kept: list[str] = []

    async def scrape(batch: list[Team]) -> list[Fixtures]:
        seen.append(len(alive))
        results = [Fixtures([{"game_id": team.id}]) for team in batch]
        alive.update(results)
        return results

    async def assign(results: list[Fixtures]) -> None: ...

    def keep_ids(fixtures: Fixtures) -> None:
        kept.extend(fixture["game_id"] for fixture in fixtures)

    run_on_virtual_clock(fix_3.FORMS[form](TEAMS, lambda: 3, scrape, assign, keep_ids))
    assert seen == alive_at_start
    assert kept == [team.id for team in TEAMS]
