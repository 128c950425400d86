"""In which order to ship, and what the scenarios together say."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from membench.harness.attribution.shapley import Combination, Peaks, full_factorial
from membench.harness.commands.league.claims import verdict_of
from membench.harness.commands.league.conclusions import (
    claim_words,
    claims_in_all,
    floor_words,
    letter_words,
    letters_in_all,
    shipping_words,
)
from membench.harness.commands.league.shipping import shipping_of
from membench.harness.keys import Switch
from membench.harness.suites.story import Claimed
from membench.harness.units import MIB
from membench.reports.document import AsWrittenRow, ClaimRow

SWITCHES = ("a", "b", "c", "d")
TITLES = {name: Switch(f"fix-{name}", f"does {name}") for name in SWITCHES}


def peaks(peak: Callable[[Combination], float]) -> Peaks:
    return {combination: round(peak(combination) * MIB) for combination in full_factorial(SWITCHES)}


def hidden(on: Combination) -> float:
    """Let a and b replace each other, and c save something only once one of them is there."""
    return 100 - 60 * bool(on & {"a", "b"}) - 5 * bool(on & {"a", "b"} and "c" in on)


def test_the_one_that_saves_the_most_beside_those_shipped_is_next_and_the_idle_are_left() -> None:
    shipping = shipping_of(SWITCHES, {"league": peaks(hidden)})
    assert [step.switch for step in shipping.steps] == ["a", "c"]
    assert [step.saved_bytes["league"] for step in shipping.steps] == [60 * MIB, 5 * MIB]
    assert shipping.steps[-1].peak_bytes == {"league": 35 * MIB}
    assert shipping.rest == ("b", "d")
    assert shipping.rest_saves_bytes == {"league": 0}
    said = list(shipping_words(shipping, TITLES))
    assert said[0] == "Ship fix a (does a) first: it saves 60.00 MiB of league."
    assert said[1] == "Ship fix c (does c) next: it saves 5.00 MiB of league beside those before it."
    assert "fix b (does b) and fix d (does d) together save 0 B of league" in said[2]


def test_what_matters_in_one_scenario_is_shipped() -> None:
    plain = peaks(lambda on: 100)
    assert [step.switch for step in shipping_of(SWITCHES, {"one": plain, "two": peaks(hidden)}).steps] == ["a", "c"]


@given(st.lists(st.integers(0, 1000), min_size=16, max_size=16))
def test_what_the_steps_save_and_what_is_left_add_up_to_the_whole(sizes: list[int]) -> None:
    found: Mapping[Combination, int] = {
        on: 10_000 + size for on, size in zip(full_factorial(SWITCHES), sizes, strict=True)
    }
    shipping = shipping_of(SWITCHES, {"s": found})
    saved = sum(step.saved_bytes["s"] for step in shipping.steps) + shipping.rest_saves_bytes["s"]
    assert saved == found[frozenset()] - found[frozenset(SWITCHES)]
    assert {step.switch for step in shipping.steps} | set(shipping.rest) == set(SWITCHES)


def claim(fix: str, measured: float | None, **said: Any) -> ClaimRow:
    claimed = Claimed(
        fix=Switch(fix), claim="2-5 MB", unit="MiB", low=2, high=5, alone=fix, as_written=None, measured=measured
    )
    return ClaimRow(
        fix=claimed.fix,
        claim="2-5 MB",
        unit="MiB",
        claimed_low=2,
        claimed_high=5,
        measured=measured,
        measured_as_written=None,
        verdict=verdict_of(claimed, measured),
        **said,
    )


def test_claims_are_sorted_by_what_became_of_them_where_they_could_be_tested() -> None:
    one = [claim("held", 3), claim("more", 9), claim("less", 1), claim("mixed", 9), claim("untested", None)]
    two = [claim("held", None), claim("more", 3), claim("less", 3), claim("mixed", 1), claim("untested", None)]
    said = list(claim_words(claims_in_all([("one", one), ("two", two)])))
    assert said == [
        "Claims that held wherever they could be tested: held (2-5 MB).",
        "Claims that were exceeded: more (2-5 MB).",
        "Claims that a fix alone did not keep: less (2-5 MB) and mixed (2-5 MB).",
        "Claims that could not be tested anywhere: untested (2-5 MB).",
    ]


def test_a_remark_is_told_once_with_the_scenarios_it_is_true_of() -> None:
    said = {"notes": ("it is hidden; really",), "loses": "data"}
    (found,) = claims_in_all([("one", [claim("x", 1, **said)]), ("two", [claim("x", 1, **said)])])
    assert found.remarks == {"it is hidden; really": ["one", "two"]}
    (untested,) = claims_in_all([("one", [claim("x", None, untested="too small")])])
    assert untested.remarks == {"cannot be tested here: too small": ["one"]}


def test_letters_that_lose_data_or_save_less_than_half_are_warned_of() -> None:
    rows = [
        AsWrittenRow(fix=Switch("loses"), effective_bytes=9 * MIB, as_written_bytes=9 * MIB, loses="every field"),
        AsWrittenRow(fix=Switch("short"), effective_bytes=9 * MIB, as_written_bytes=1 * MIB, loses=""),
        AsWrittenRow(fix=Switch("good"), effective_bytes=9 * MIB, as_written_bytes=8 * MIB, loses=""),
        AsWrittenRow(fix=Switch("idle"), effective_bytes=4096, as_written_bytes=0, loses=""),
    ]
    assert list(letter_words(letters_in_all([("league", rows)]))) == [
        "Do not ship loses to the letter: that loses every field.",
        "To the letter, short saves 1.00 MiB instead of 9.00 MiB in league.",
    ]


def test_what_is_lost_in_one_scenario_only_is_told_with_its_name() -> None:
    sound = AsWrittenRow(fix=Switch("x"), effective_bytes=0, as_written_bytes=0, loses="")
    lossy = AsWrittenRow(fix=Switch("x"), effective_bytes=0, as_written_bytes=0, loses="the errors")
    (letter,) = letters_in_all([("league", [sound]), ("flaky", [lossy])])
    assert letter.loses == ("the errors (in flaky)",)


def test_floors_and_the_judged_limit_are_told() -> None:
    at = {"limit_bytes": 64 * MIB, "finishes": False, "outcome": "out-of-memory"}
    entries = [
        {"variant": "baseline", "floor_bytes": 80 * MIB, "at": at},
        {"variant": "all", "floor_bytes": None, "at": at | {"finishes": True}},
    ]
    assert list(floor_words({"league": entries}, {64 * MIB: "small machine"})) == [
        "The smallest memory under which league still finishes: baseline 80.00 MiB.",
        "Under the memory of a small machine (64.00 MiB), league does not finish (out-of-memory) with baseline.",
        "Under the memory of a small machine (64.00 MiB), league finishes with all.",
    ]
