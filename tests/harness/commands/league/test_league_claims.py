"""Claims beside what was measured: the terms, the verdicts, and why some cannot be had."""

import pytest
from sample_results import sample

from membench.harness.commands.league.claims import ClaimTable
from membench.harness.keys import Switch
from membench.harness.model import Outcome, Sample
from membench.harness.suites.story import Claimed
from membench.harness.units import MIB
from membench.reports.document import ClaimRow, ClaimVerdict
from membench.reports.wording import claim_note


def measured(variant: str, mib: float, *, outcome: Outcome = Outcome.OK, validate: float = 0.0) -> Sample:
    return sample(variant, (round(mib * MIB),), outcomes=(outcome,), phases={"validate": round(validate * MIB)})


def claimed(**changes: object) -> Claimed:
    fields: dict[str, object] = {
        "fix": Switch("fix-1", "x"),
        "claim": "2-5 MB",
        "unit": "MiB",
        "low": 2.0,
        "high": 5.0,
        "alone": "fix-1",
        "as_written": "fix-1-as-written",
    }
    return Claimed(**(fields | changes))  # type: ignore[arg-type]  # a dict of fields has no better type


def table(*samples: Sample) -> ClaimTable:
    by_name = {one.variant: one for one in samples}
    return ClaimTable(lambda name: by_name.get(name or ""), by_name["baseline"])


def row(claim: Claimed, *samples: Sample) -> ClaimRow:
    (found,) = table(*samples).rows([claim])
    return found


@pytest.mark.parametrize(
    ("peak", "verdict"),
    [
        (99.5, ClaimVerdict.LESS),
        (98, ClaimVerdict.AS_CLAIMED),
        (95, ClaimVerdict.AS_CLAIMED),
        (94, ClaimVerdict.MORE),
        (101, ClaimVerdict.LESS),
    ],
)
def test_a_saving_is_judged_by_both_ends_of_its_claim(peak: float, verdict: ClaimVerdict) -> None:
    found = row(claimed(), measured("baseline", 100), measured("fix-1", peak))
    assert found.verdict is verdict
    assert claim_note(found) == str(verdict)


def test_a_claim_in_percent_is_measured_in_percent() -> None:
    claim = claimed(unit="% of the peak", low=30, high=40)
    assert row(claim, measured("baseline", 200), measured("fix-1", 130)).measured == pytest.approx(35)


def test_a_claim_that_no_variant_was_measured_for_has_no_row() -> None:
    assert table(measured("baseline", 100)).rows([claimed()]) == ()


def test_what_exceeds_the_whole_peak_cannot_be_tested_and_says_so() -> None:
    claim = claimed(low=500, high=700, leaves="1-1.3 GB")
    found = row(claim, measured("baseline", 63), measured("fix-1", 30))
    assert found.measured is None
    assert found.verdict is ClaimVerdict.UNTESTED
    assert "500.00 MiB cannot be saved where the whole peak is 63.00 MiB" in claim_note(found)
    assert "leave" not in claim_note(found)


def test_a_fix_whose_output_is_wrong_has_no_figure() -> None:
    found = row(claimed(), measured("baseline", 100), measured("fix-1", 50, outcome=Outcome.WRONG_OUTPUT))
    assert found.measured is None
    assert "did not come to a right output" in claim_note(found)


def test_a_claim_about_objects_is_not_judged_by_the_peak() -> None:
    claim = claimed(unit="% per object", low=60, high=80, measured=95.0)
    found = row(claim, measured("baseline", 100), measured("fix-1", 90))
    assert (found.measured, found.measured_as_written) == (95.0, None)
    assert "alone it moves the peak by -10.00 MiB" in claim_note(found)


def test_what_a_phase_and_the_other_fixes_hide_is_told() -> None:
    claim = claimed(phase="validate", without="without-1", every="all")
    found = row(
        claim,
        measured("baseline", 100, validate=40),
        measured("fix-1", 100, validate=38),
        measured("without-1", 31),
        measured("all", 30),
    )
    assert "peaks at 40.00 MiB, and it moves that by -2.00 MiB" in claim_note(found)
    assert "once all others are made it saves 1.00 MiB" in claim_note(found)


def test_the_peak_that_was_said_to_be_left_stands_beside_the_one_that_is() -> None:
    found = row(claimed(leaves="1-1.3 GB"), measured("baseline", 100), measured("fix-1", 97))
    assert "said to leave 1-1.3 GB, it leaves 97.00 MiB" in claim_note(found)


def test_a_form_as_written_has_its_saving_and_its_loss_beside_the_effective_one() -> None:
    samples = (
        measured("baseline", 100),
        measured("fix-1", 60),
        measured("fix-1-as-written", 50, outcome=Outcome.WRONG_OUTPUT),
    )
    (written,) = table(*samples).as_written([claimed(loses="every field")])
    assert (written.effective_bytes, written.as_written_bytes) == (40 * MIB, 50 * MIB)
    assert written.loses == "every field"
    assert "as written it loses every field" in claim_note(row(claimed(loses="every field"), *samples))


def test_two_claims_of_one_fix_have_one_row_of_its_letter() -> None:
    samples = (measured("baseline", 100), measured("fix-1", 60), measured("fix-1-as-written", 70))
    (written,) = table(*samples).as_written([claimed(), claimed(claim="4-9 MB")])
    assert written.loses == ""
    assert table(measured("baseline", 100), measured("fix-1", 60)).as_written([claimed()]) == ()
