"""Why instruments differ is said as it is, also where the difference is the other way round."""

from membench.harness.commands.reporting.instruments import instrument_notes
from membench.harness.model import Outcome, Sample, Timeline
from membench.harness.units import MIB


def sample(meter: str, peak: int, held: int | None = None) -> Sample:
    return Sample(
        scenario="s",
        variant="v",
        meter=meter,
        peak_bytes=(peak,),
        wall_seconds=(1.0,),
        outcomes=(Outcome.OK,),
        digest=None,
        phases={},
        timeline=Timeline(seconds=(0.1,), rss_bytes=(held,)) if held else None,
    )


def notes(*samples: Sample) -> str:
    return "\n".join(instrument_notes(samples))


def test_what_the_tree_leaves_out_and_what_a_single_process_leaves_out_are_different_things() -> None:
    assert "peak_rss less peak_tree is 6.00 MiB: pages of mapped files" in notes(
        sample("peak_rss", 32 * MIB), sample("peak_tree", 26 * MIB)
    )
    said = notes(sample("peak_rss", 32 * MIB), sample("peak_tree", 90 * MIB))
    assert "peak_tree less peak_rss is 58.00 MiB: processes that ran at the same time" in said
    assert "mapped files" not in said.partition("peak_tree less")[2]


def test_instruments_that_agree_are_not_explained_away() -> None:
    said = notes(sample("memray", 21 * MIB), sample("tracemalloc", 21 * MIB + 1800))
    assert "memray and tracemalloc agree within" in said
    assert "did not pass through" not in said


def test_what_a_set_up_held_is_not_put_down_to_the_instrument() -> None:
    plain = sample("peak_rss", 32 * MIB, held=210 * MIB)
    said = notes(plain, sample("memray", 21 * MIB, held=214 * MIB))
    assert "the process itself held 4.00 MiB more" in said
