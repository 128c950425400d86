import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.errors import UsageError
from membench.harness.statistics.change_points import SMALLEST_NOISE_BYTES, find_changes, noise_bytes

pytest.importorskip("ruptures", reason="change points need the extra history: pip install -e '.[history]'")
MIB = 1024 * 1024


def test_a_step_up_and_one_down_are_found_where_they_begin() -> None:
    assert find_changes([60 * MIB] * 10 + [62 * MIB] * 8 + [61 * MIB] * 5) == [10, 18]


def test_the_newest_run_alone_can_be_a_change() -> None:
    assert find_changes([60 * MIB] * 12 + [61 * MIB]) == [12]


def test_a_page_more_or_less_is_no_change() -> None:
    assert find_changes([60 * MIB, 60 * MIB + 4096] * 10) == []


@pytest.mark.parametrize("peaks", [[], [5], [5, 5, 5]])
def test_what_cannot_change_has_not_changed(peaks: list[int]) -> None:
    assert find_changes(peaks) == []


def test_noise_alone_is_seldom_called_a_change() -> None:
    draw = random.Random(1)
    series = [[round(draw.gauss(60 * MIB, 300_000)) for _ in range(30)] for _ in range(100)]
    assert sum(bool(find_changes(peaks)) for peaks in series) <= 8


@given(st.lists(st.integers(0, 2**40), max_size=25), st.integers(0, 2**40))
def test_changes_are_within_the_series_ascending_and_stay_when_all_peaks_move_alike(
    peaks: list[int], offset: int
) -> None:
    found = find_changes(peaks)
    assert found == sorted(set(found))
    assert all(0 < index < len(peaks) for index in found)
    assert noise_bytes(peaks) == noise_bytes([peak + offset for peak in peaks]) >= SMALLEST_NOISE_BYTES


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruptures", None)
    with pytest.raises(UsageError, match=r"pip install 'membench\[history\]'"):
        find_changes([1, 2])
