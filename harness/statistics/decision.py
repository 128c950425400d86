"""Whether a peak rose by more than is allowed, fell by as much, or stayed: three questions with one side each.

Ranks bound the error whatever the peaks' distribution, and few trials bound it badly: of three against three, two
samples of one program lie wholly apart in one of ten comparisons. So few trials decide only where they lie apart by a
multiple of what they spread themselves; docs/exactness.md has the error rates. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from membench.harness.statistics.ranks import bounding_rank, difference_at, smallest_error

FEWEST_TRIALS = 3  # on each side: two against two lie wholly apart in one of three comparisons
STAYED_ERROR = Fraction(1, 20)
MOVED_ERROR = Fraction(1, 5_000)
CONFIRMED_ERROR = Fraction(1, 200)
MOST_REPEATS = 200

# How far apart two samples must lie, in multiples of the larger of their spreads and of what is allowed, by how likely
# it is that samples of as many trials lie wholly apart where nothing has changed.
_GAPS = (
    (Fraction(1, 250), 1, 1.0),  # five against five, or three against twelve
    (Fraction(1, 70), 2, 1.0),  # four against four
    (Fraction(1, 20), 4, 1.5),  # three against three
)


class Finding(Enum):
    """What the trials tell."""

    ROSE = auto()
    FELL = auto()
    STAYED = auto()  # it did not rise by more than is allowed
    OPEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A finding, and within what the shift lies; each end is wrong with a probability of 5 % at most."""

    finding: Finding
    low_bytes: int | None  # None on both sides where too few trials bound nothing
    high_bytes: int | None
    confirmed: bool  # few trials lying far apart are no confirmation, where more can be had


def decide(base: Sequence[int], head: Sequence[int], *, allowed_bytes: float, noise_bytes: int = 0) -> Decision:
    """Decide between two samples of peaks.

    Args:
        base: the peaks that the head's are compared with.
        head: the peaks of the change.
        allowed_bytes: how far a peak may rise.
        noise_bytes: what unchanged trials are known to differ by on this machine, however little these do.
    """
    if min(len(base), len(head)) < FEWEST_TRIALS:
        return Decision(finding=Finding.OPEN, low_bytes=None, high_bytes=None, confirmed=False)
    base, head = sorted(base), sorted(head)
    low, high = _bounds(base, head, STAYED_ERROR)
    rarely = smallest_error(len(base), len(head))
    finding = Finding.OPEN
    if _rose(base, head, allowed_bytes, noise_bytes):
        finding = Finding.ROSE
    elif _rose(head, base, allowed_bytes, noise_bytes):
        finding = Finding.FELL
    elif high is not None and high <= allowed_bytes:
        finding = Finding.STAYED
    confirmed = finding is Finding.STAYED or (finding is not Finding.OPEN and rarely <= CONFIRMED_ERROR)
    return Decision(finding=finding, low_bytes=low, high_bytes=high, confirmed=confirmed)


def _rose(base: Sequence[int], head: Sequence[int], allowed_bytes: float, noise_bytes: int) -> bool:
    """Tell whether the head lies above the base by more than is allowed; both in ascending order."""
    gap = head[0] - base[-1]
    if gap > allowed_bytes:
        own_spread = max(base[-1] - base[0], head[-1] - head[0])
        spread = max(own_spread, noise_bytes)
        # Repeats that agree need no margin: a program with two levels close to each other shows in its spread.
        margin = own_spread > noise_bytes
        rarely = smallest_error(len(base), len(head))
        if any(
            rarely <= error and gap >= spreads * spread and (not margin or gap >= limits * allowed_bytes)
            for error, spreads, limits in _GAPS
        ):
            return True
    low, _ = _bounds(base, head, MOVED_ERROR)
    return low is not None and low > allowed_bytes


def _bounds(base: Sequence[int], head: Sequence[int], error: Fraction) -> tuple[int | None, int | None]:
    rank = bounding_rank(len(base), len(head), error)
    if rank is None:
        return None, None
    pairs = len(base) * len(head)
    return difference_at(base, head, rank), difference_at(base, head, pairs + 1 - rank)


def repeats_to_decide(
    base: Sequence[int], head: Sequence[int], *, allowed_bytes: float, noise_bytes: int = 0
) -> int | None:
    """Tell how many trials a side would decide if those to come spread as these do.

    Returns:
        None where not even MOST_REPEATS would: the shift lies too close to what is allowed.
    """

    def decides(repeats: int) -> bool:
        one, other = _stretched(base, repeats), _stretched(head, repeats)
        found = decide(one, other, allowed_bytes=allowed_bytes, noise_bytes=noise_bytes)
        return found.finding is not Finding.OPEN

    most = max(FEWEST_TRIALS, min(len(base), len(head)))
    fewest = most - 1
    while not decides(most):
        if most >= MOST_REPEATS:
            return None
        fewest, most = most, min(2 * most, MOST_REPEATS)
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if decides(middle) else (middle, most)
    return most


def _stretched(peaks: Sequence[int], count: int) -> list[int]:
    """Draw so many peaks, at least two, evenly from a sample, as if it were the whole distribution."""
    ordered = sorted(peaks)
    last = len(ordered) - 1
    drawn = []
    for number in range(count):
        place = number * last / (count - 1)
        here = int(place)
        drawn.append(round(ordered[here] + (place - here) * (ordered[min(here + 1, last)] - ordered[here])))
    return drawn


def is_known(peaks: Sequence[int], *, allowed_bytes: float) -> bool:
    """Tell whether peaks are enough for a base: compared with themselves they would be found unchanged."""
    return decide(peaks, peaks, allowed_bytes=allowed_bytes).finding is Finding.STAYED
