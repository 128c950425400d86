from datetime import UTC, datetime

from membench.harness.history.index.reading import StoredRun
from membench.harness.history.retention import Rules, dispensable

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def run(number: int, class_id: int = 1) -> StoredRun:
    return StoredRun(
        id=number, class_id=class_id, label="", revision="", created=f"2026-01-{number:02d}T00:00:00", fingerprint="",
        environment={}, path="", place=number, branch="", commit="", subject="", author="",
    )  # fmt: skip


RUNS = [run(number) for number in range(1, 21)]


def gone(rules: Rules, *kept: int) -> list[int]:
    return [one.id for one in dispensable(RUNS, rules, kept=kept, now=NOW)]


def test_the_newest_stay() -> None:
    assert gone(Rules(newest=3)) == list(range(1, 18))


def test_a_run_stays_where_any_rule_keeps_it_or_it_is_needed() -> None:
    assert gone(Rules(newest=1, every=10), 7) == [2, 3, 4, 5, 6, 8, 9, *range(11, 20)]


def test_the_days_are_counted_from_now() -> None:
    assert gone(Rules(days=15)) == list(range(1, 16))


def test_each_class_keeps_its_own_newest() -> None:
    runs = [run(1, 1), run(2, 2), run(3, 1)]
    assert [one.id for one in dispensable(runs, Rules(newest=1), kept=(), now=NOW)] == [1]
