from hypothesis import given
from hypothesis import strategies as st

from membench.harness.runs.limits import smallest_limit
from membench.harness.units import MIB


@given(st.integers(1, 5000), st.integers(0, 3000))
def test_the_smallest_limit_is_found_to_the_step_in_few_runs(need_mib: int, room_mib: int) -> None:
    tried: list[int] = []

    def finishes(limit: int) -> bool:
        tried.append(limit)
        return limit >= need_mib * MIB

    found = smallest_limit(finishes, fails_at=0, finishes_at=(need_mib + room_mib) * MIB)
    assert found == need_mib * MIB
    assert len(tried) <= 14


def test_a_need_between_two_steps_is_rounded_up() -> None:
    assert smallest_limit(lambda limit: limit >= 10 * MIB + 1, fails_at=0, finishes_at=40 * MIB) == 11 * MIB
