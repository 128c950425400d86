"""What the description of the incident says that a fix saves, as data."""


class Of:
    """What a claim is measured in."""

    PEAK_PERCENT = "% of the peak"
    OBJECT_PERCENT = "% per object"
    MEGABYTES = "MB"


class Claim:
    """A range of savings, both ends inclusive, in the terms that the claim was made in."""

    __slots__ = ("high", "loses", "low", "of")

    def __init__(self, *, low: float, high: float, of: str, loses: str = "") -> None:
        self.low = low
        self.high = high
        self.of = of
        self.loses = loses  # what the form as written loses; empty where it loses nothing

    def __str__(self) -> str:
        """The claim in words: `30-40 % of the peak`, `2-5 MB`."""
        return f"{self.low:g}-{self.high:g} {self.of}"
