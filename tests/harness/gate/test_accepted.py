"""Rises that a change accepts: bounded, counted once, and said where they do nothing."""

import pytest
from sample_results import sample

from membench.harness.errors import UsageError
from membench.harness.gate.accepted import Accepted, AcceptedRises, read_accepted
from membench.harness.gate.judging import judge
from membench.harness.gate.verdicts import Acceptance, GateRow, Verdict
from membench.harness.keys import Key
from membench.harness.statistics.thresholds import Thresholds

KIB = 1024
MIB = 1024 * KIB
KEY = Key("smoke", "baseline", "peak_rss")
ENTRY = Accepted(workload="smoke", rise_bytes=12 * MIB, reason="the cache is worth it")
TEXT = '[[accepted]]\nworkload = "smoke"\nrise = "12 MiB"\nreason = "the cache\\n is worth it"\n'


def judged(rise: int, accepted: Acceptance | None) -> GateRow:
    base, head = sample(peaks=(100 * MIB,) * 3), sample(peaks=(100 * MIB + rise,) * 3)
    return judge(base, head, Thresholds(), against="main", accepted=accepted)


def test_an_entry_is_read_with_its_reason_in_one_line() -> None:
    assert read_accepted(TEXT, "f") == (ENTRY,)
    assert read_accepted("", "f") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accepted = 1", "takes entries"),
        ("[[accepted", "is no TOML"),
        ("other = 1", "takes entries"),
        ("accepted = [1]", "entry 1 takes workload, rise, reason, meter"),
        (TEXT + "more = 1", "entry 1 takes workload, rise, reason, meter"),
        (TEXT.replace('"12 MiB"', '"much"'), "entry 1, rise: 'much' is not a size"),
        (TEXT.replace('"12 MiB"', "12"), "entry 1: rise takes"),
        (TEXT.replace("smoke", " "), "entry 1: workload takes"),
        (TEXT + "meter = 1", "entry 1: meter takes"),
        ('[[accepted]]\nworkload = "a"\nrise = "1 MiB"', "entry 1: reason takes"),
    ],
)
def test_what_is_no_entry_is_an_error_that_names_the_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_accepted(text, "membench-accepted.toml")
    assert said in str(caught.value)
    assert "membench-accepted.toml" in str(caught.value)


def test_a_rise_of_just_what_is_accepted_passes_with_its_reason_and_a_kib_more_fails() -> None:
    accepted = AcceptedRises((), (ENTRY,)).of(KEY)
    passed = judged(12 * MIB, accepted)
    assert (passed.verdict, passed.accepted) == (Verdict.PASS, accepted)
    assert passed.reason == "the peak rose by 12.00 MiB; 12.00 MiB are accepted: the cache is worth it"
    beyond = judged(12 * MIB + KIB, accepted)
    assert beyond.verdict is Verdict.REGRESSION
    assert beyond.reason.endswith("more than the 12.00 MiB that are accepted")
    assert judged(12 * MIB, None).verdict is Verdict.REGRESSION


@pytest.mark.parametrize("rise", [0, MIB, -5 * MIB])
def test_a_row_that_needs_no_acceptance_does_not_have_it(rise: int) -> None:
    assert judged(rise, AcceptedRises((), (ENTRY,)).of(KEY)).accepted is None


def test_an_entry_that_the_base_has_counts_no_more_and_is_said_to() -> None:
    rises = AcceptedRises((ENTRY,), (ENTRY,))
    assert rises.of(KEY) is None
    (said,) = rises.warnings([], known={KEY})
    assert said == "membench-accepted.toml: smoke, 12.00 MiB is in the base too and counts no more; remove it"


def test_a_second_entry_of_the_same_words_counts_once_more() -> None:
    found = AcceptedRises((ENTRY,), (ENTRY, ENTRY)).of(KEY)
    assert found == Acceptance(rise_bytes=12 * MIB, reason="the cache is worth it")


def test_new_entries_of_one_workload_add_up() -> None:
    other = Accepted(workload="smoke/baseline", rise_bytes=MIB, reason="and an index")
    found = AcceptedRises((), (ENTRY, other)).of(KEY)
    assert found == Acceptance(rise_bytes=13 * MIB, reason="the cache is worth it; and an index")


def test_an_entry_is_about_its_meter_and_workload_alone() -> None:
    rises = AcceptedRises((), (Accepted(workload="smoke/all", rise_bytes=MIB, reason="r", meter="memray"),))
    assert rises.of(Key("smoke", "all", "memray")) is not None
    for key in (KEY, Key("smoke", "all", "peak_rss"), Key("smoke", "alls", "memray"), Key("smok", "all", "memray")):
        assert rises.of(key) is None


def test_what_names_nothing_and_what_is_not_needed_is_said() -> None:
    unknown = Accepted(workload="smokey", rise_bytes=MIB, reason="r")
    rises = AcceptedRises((), (ENTRY, unknown))
    quiet = judged(0, rises.of(KEY))
    assert rises.warnings([quiet], known={KEY}) == [
        "membench-accepted.toml: smoke, 12.00 MiB was not needed; remove it",
        "membench-accepted.toml: smokey, 1.00 MiB (peak_rss) names no workload that was measured",
    ]
    used = judged(12 * MIB, rises.of(KEY))
    assert rises.warnings([used], known={KEY}) == rises.warnings([quiet], known={KEY})[1:]
