"""Says in one sentence which peaks are over their budgets."""

from collections.abc import Callable, Sequence

from membench.harness.commands.reporting.attribution import listed
from membench.harness.model import Sample
from membench.harness.units import format_bytes

_MOST_NAMED = 5  # in one sentence; the tables have all


def excess_bytes(sample: Sample) -> int | None:
    """Tell by how much a sample's median lies above its budget; None where it does not."""
    if not sample.over_budget or sample.budget_bytes is None or sample.median_bytes is None:
        return None
    return sample.median_bytes - sample.budget_bytes


def budget_sentence(samples: Sequence[Sample], name: Callable[[Sample], str]) -> str:
    """Count the budgets that are exceeded and name whose they are, the largest excess first; "" without a budget.

    Args:
        samples: those to speak of; of a single one the sentence says `that`, and not its name.
        name: what to call a sample.
    """
    bounded = [sample for sample in samples if sample.budget_bytes is not None]
    judged = [sample for sample in bounded if sample.median_bytes is not None]
    if not judged:
        return ""
    if len(samples) == 1:
        return f"That is {_single(judged[0])}."
    sentence = _several(judged, name) if len(judged) > 1 else f"{name(judged[0])} is {_single(judged[0])}"
    unknown = len(bounded) - len(judged)
    return f"{sentence}; {unknown} with a budget came to no figure." if unknown else f"{sentence}."


def _single(sample: Sample) -> str:
    excess, budget = excess_bytes(sample), format_bytes(sample.budget_bytes or 0)
    return (
        f"within its budget of {budget}" if excess is None else f"over its budget of {budget} by {format_bytes(excess)}"
    )


def _several(judged: Sequence[Sample], name: Callable[[Sample], str]) -> str:
    found = ((excess_bytes(sample), sample) for sample in judged)
    over = sorted(((excess, name(sample)) for excess, sample in found if excess is not None), key=lambda one: -one[0])
    if not over:
        return f"All {len(judged)} budgets are kept"
    named = [f"{text} by {format_bytes(excess)}" for excess, text in over[:_MOST_NAMED]]
    named += [f"{len(over) - _MOST_NAMED} more"] if len(over) > _MOST_NAMED else []
    return f"{len(over)} of {len(judged)} budgets {'is' if len(over) == 1 else 'are'} exceeded: {listed(named)}"
