from sample_results import sample

from membench.harness.commands.reporting.noise import noise_of


def test_the_largest_spread_is_named_with_its_workload() -> None:
    samples = [sample(), sample("all", (1000, 1512)), sample("fix-1", (100,))]
    assert noise_of(samples) == (
        (
            "peak_rss: the largest spread of unchanged repeats is 512 B (smoke, all, 51.20 % of its peak); "
            "1 of 2 samples repeated to the byte."
        ),
        "peak_rss: 1 of 3 samples have fewer than two peaks, so nothing is known of their noise.",
    )


def test_repeats_that_agree_are_said_to() -> None:
    assert noise_of([sample(), sample("all")]) == (
        "peak_rss: unchanged repeats gave the same peak to the byte, in all 2 samples.",
    )


def test_each_meter_has_noise_of_its_own() -> None:
    spoken = noise_of([sample(), sample(peaks=(5, 9), meter="memray")])
    assert [sentence.partition(":")[0] for sentence in spoken] == ["peak_rss", "memray"]
