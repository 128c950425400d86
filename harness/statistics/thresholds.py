"""How far a peak may rise: the one pair of thresholds, and its defaults."""

from dataclasses import dataclass

RELATIVE = 0.01
ABSOLUTE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How far a peak may rise. Only a rise beyond both `relative` and `absolute_bytes` is a regression."""

    relative: float = RELATIVE  # of the base's peak
    absolute_bytes: int = ABSOLUTE_BYTES
    slope_bytes: float | None = None  # rise of the slope of peak against size, for each unit of size

    def allowed(self, base_bytes: float) -> float:
        """Tell the largest rise above a base that is no regression."""
        return max(self.relative * base_bytes, self.absolute_bytes)
