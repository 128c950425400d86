"""How names are written, and that none is ever taken apart again."""

import pytest

from membench.harness.keys import Key, Scalar, Switch, WorkloadKey, value_text


def test_a_switch_is_named_as_a_head_and_as_a_part_of_a_sentence() -> None:
    switch = Switch("fix-5", "lower concurrency: to 2")
    assert (switch.heading, str(switch)) == ("fix 5", "fix 5: lower concurrency: to 2")
    assert switch.in_sentence == "fix 5 (lower concurrency: to 2)"
    assert str(Switch("fast_mode")) == Switch("fast_mode").in_sentence == "fast_mode"


def test_keys_are_tuples_and_say_which_workload_they_are_of() -> None:
    key = Key("orders", "a=1,b=2", "peak_rss")
    assert key == ("orders", "a=1,b=2", "peak_rss")
    assert key.workload == WorkloadKey("orders", "a=1,b=2")
    assert (str(key), str(key.workload)) == ("orders/a=1,b=2/peak_rss", "orders/a=1,b=2")


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (3, "3"), (0.5, "0.5"), ("True", "True")]
)
def test_a_value_is_written_as_toml_has_it_without_quotes(value: Scalar, text: str) -> None:
    assert value_text(value) == text
