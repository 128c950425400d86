"""What trials came to: the one summary of outcomes that tables, pages, exports and sentences use."""

from collections import Counter
from typing import TYPE_CHECKING

from membench.harness.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NO_TRIALS = "no trial was run"


def counted(outcomes: "Iterable[Outcome]") -> list[tuple[Outcome, int]]:
    """Count each outcome, the most frequent first; of two as frequent the one that `Outcome` names first."""
    counts = Counter(outcomes)
    return sorted(counts.items(), key=lambda entry: (-entry[1], list(Outcome).index(entry[0])))


def failures(outcomes: "Iterable[Outcome]") -> list[tuple[Outcome, int]]:
    """Count the outcomes other than ok."""
    return [(outcome, count) for outcome, count in counted(outcomes) if outcome is not Outcome.OK]


def all_ok(outcomes: "Sequence[Outcome]") -> bool:
    """Tell whether there were trials and all of them ended well."""
    return bool(outcomes) and not failures(outcomes)


def name_of(outcome: Outcome) -> str:
    """Write an outcome as a sentence does: `timed out`."""
    return outcome.replace("-", " ")


def summary(outcomes: "Sequence[Outcome]") -> str:
    """Say what trials came to, each kind of failure with its count: `ok`, `wrong output`, `crashed 1/3, timed out 1/3`.

    A count is left out where all trials came to the same.
    """
    failed = failures(outcomes)
    if not failed:
        return str(Outcome.OK) if outcomes else NO_TRIALS
    if failed[0][1] == len(outcomes):
        return name_of(failed[0][0])
    return ", ".join(f"{name_of(outcome)} {count}/{len(outcomes)}" for outcome, count in failed)


def coded(outcomes: "Sequence[Outcome]") -> str:
    """Say the same for programs, in the words of a results document: `ok`, `crashed 1/3, timed-out 1/3`."""
    failed = ", ".join(f"{outcome} {count}/{len(outcomes)}" for outcome, count in failures(outcomes))
    return failed or (str(Outcome.OK) if outcomes else NO_TRIALS)
