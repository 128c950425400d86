"""What the description of the incident says that a fix saves, as data."""

from enum import StrEnum
from typing import NamedTuple


class Of(StrEnum):
    """What a claim is measured in."""

    PEAK_PERCENT = "% of the peak"
    OBJECT_PERCENT = "% per object"
    MEGABYTES = "MB"


class Claim(NamedTuple):
    """A range of savings, both ends inclusive, in the terms that the claim was made in."""

    low: float
    high: float
    of: Of
    loses: str = ""  # what the form as written loses; empty where it loses nothing

    def __str__(self) -> str:
        """The claim in words: `30-40 % of the peak`, `2-5 MB`."""
        return f"{self.low:g}-{self.high:g} {self.of}"
