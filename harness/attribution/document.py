"""The JSON document of an attribution, checked against its schema."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from membench.harness.attribution.division import Division
from membench.harness.attribution.shapley import Combination, Interaction, InteractionKind
from membench.harness.keys import Switch
from membench.harness.model import Sample
from membench.harness.store.schemas import validated
from membench.harness.units import format_bytes

DOCUMENT = "membench-attribution"


def attribution_document(
    scenario: str,
    switches: Sequence[Switch],
    claims: Mapping[str, str],
    division: Division,
    samples: Mapping[Combination, Sample],
    notes: Sequence[str],
    *,
    noticeable_bytes: int,
) -> dict[str, Any]:
    """Make the document; `claims` says in words what each switch was said to save."""
    names = [switch.name for switch in switches]
    titles = {switch.name: switch.title or switch.heading for switch in switches}
    plan = division.plan
    document = {
        "scenario": scenario,
        "design": str(plan.design),
        "orders": len(plan.orders) or None,
        "seed": plan.seed,
        "baseline_bytes": division.baseline_bytes,
        "all_bytes": division.all_bytes,
        "fixes": [
            {
                "fix": figures.switch,
                "title": titles[figures.switch],
                "claim": claims[figures.switch],
                **figures.amounts(),
            }
            for figures in division.figures(names)
        ],
        "interactions": [_pair(pair, noticeable_bytes) for pair in division.interactions(names)],
        "trials": sum(len(sample.outcomes) for sample in samples.values()),
        "missing": [
            {"variant": sample.variant, "failures": list(dict.fromkeys(sample.failures))}
            for combination, sample in samples.items()
            if combination not in division.peaks
        ],
        "incomplete": [{"fix": name, "figures": lost} for name, lost in division.incomplete(names).items()],
        "notes": list(notes),
    }
    return validated(document, DOCUMENT)


def _pair(pair: Interaction, noticeable_bytes: int) -> dict[str, Any]:
    kind = pair.kind(noticeable_bytes)
    text = interaction_text(pair.first, pair.second, kind, pair.bytes)
    return asdict(pair) | {"kind": str(kind), "words": text}


def interaction_text(first: str, second: str, kind: InteractionKind, size: int) -> str:
    """Say what two switches are to each other; `size` is what they save together beyond what each saves."""
    match kind:
        case InteractionKind.REPLACE:
            return f"{first} and {second} replace each other ({format_bytes(-size)} saved only once)"
        case InteractionKind.NEED:
            return f"{first} and {second} need each other ({format_bytes(size)} more together)"
        case InteractionKind.INDEPENDENT:
            return f"{first} and {second} are independent"
