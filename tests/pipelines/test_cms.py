from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from membench.pipelines.cms import ROWS_PER_READ, Cms
from membench.pipelines.fixture import FIELDS, IDENTIFIER, minimal
from membench.pipelines.site import Team


def fixture(game: int, home: str = "home") -> dict[str, str]:
    return {field: f"{field} {game}" for field in FIELDS} | {IDENTIFIER: f"G{game:06}", "home": home}


@given(st.lists(st.tuples(st.integers(0, 30), st.text(max_size=5)), max_size=60))
def test_however_often_a_fixture_is_written_there_is_one_row_with_what_came_last(
    writes: list[tuple[int, str]],
) -> None:
    cms = Cms(":memory:")
    for game, home in writes:
        cms.upsert_fixtures([fixture(game, home)])
    home_column = FIELDS.index("home")
    assert {row[0]: row[home_column] for row in cms.rows("fixtures")} == {f"G{game:06}": home for game, home in writes}
    assert len(list(cms.rows("fixtures"))) == len({game for game, _ in writes})
    cms.close()


def test_a_projection_loses_the_other_fields() -> None:
    cms = Cms(":memory:")
    cms.upsert_fixtures([minimal(fixture(1))])
    assert list(cms.rows("fixtures")) == [("G000001", *[None] * (len(FIELDS) - 1))]
    cms.close()


def test_rows_can_be_written_while_others_are_read() -> None:
    cms = Cms(":memory:")
    count = ROWS_PER_READ * 2 + 7
    cms.upsert_teams(Team(f"T{number:04}", "name", "/url") for number in range(count))
    read = 0
    for team in cms.teams():
        cms.upsert_teams([team])
        read += 1
    assert read == count
    cms.close()


def test_it_is_a_database_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "cms.sqlite"
    cms = Cms(str(path))
    cms.save_validation({"game_id": "G1", "valid": 1, "status": 200})
    cms.close()
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_a_write_that_fails_leaves_nothing_behind() -> None:
    cms = Cms(":memory:")
    try:
        cms.upsert_fixtures([fixture(1), {"game_id": object()}])
    except Exception:  # noqa: BLE001 - whatever SQLite says of an object
        assert list(cms.rows("fixtures")) == []
    else:
        raise AssertionError("an object was written as text")
    cms.close()
