"""The samples of one scenario, found by the names that its story has for them."""

from collections.abc import Sequence

from membench.harness.attribution.shapley import Peaks
from membench.harness.commands.league.claims import right_peak
from membench.harness.model import Role, Sample
from membench.harness.suites.story import Story

PRIMARY_METER = "peak_rss"


class ScenarioSamples:
    """Finds samples and peaks; where no meter is named, of the one that the story is told by."""

    def __init__(self, samples: Sequence[Sample], story: Story) -> None:
        self.samples = samples
        self.story = story
        meters = [sample.meter for sample in samples]
        self.meter = PRIMARY_METER if PRIMARY_METER in meters else meters[0]

    def find(self, variant: str | None, meter: str | None = None) -> Sample | None:
        """Find the sample of a variant under whichever of its names it was run."""
        if variant is None:
            return None
        for sample in self.samples:
            if sample.meter == (meter or self.meter) and self.story.same(sample.variant, variant):
                return sample
        return None

    def peak(self, variant: str | None) -> int | None:
        """Tell the median peak of a variant, unless what it put out was wrong: that is no peak to compare with."""
        return right_peak(self.find(variant))

    def saved_alone(self, before: int) -> dict[str, int]:
        """Tell what each fix alone saves, by its variant."""
        singles = [sample.variant for sample in self.samples if self.story.role(sample.variant) is Role.SINGLE]
        peaks = {variant: self.peak(variant) for variant in singles}
        return {variant: before - peak for variant, peak in peaks.items() if peak is not None}

    def combination_peaks(self) -> Peaks:
        """Gather the peaks of the combinations of switches."""
        peaks = {}
        for sample in self.samples:
            combination, peak = self.story.combination(sample.variant), right_peak(sample)
            if sample.meter == self.meter and combination is not None and peak is not None:
                peaks[combination] = peak
        return peaks

    def is_mixed(self, variant: str) -> bool:
        """Tell whether a variant is a combination of switches that the story has no role for."""
        return self.story.role(variant) is Role.OTHER and self.story.combination(variant) is not None
