"""What github-action-benchmark reads as `tool: customSmallerIsBetter`: an array of named values.

The action puts names between backquotes into the cells of a Markdown table, so a name holds neither of the two.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from membench.harness.model import Results
from membench.harness.units import format_bytes
from membench.reports.figures import Figure
from membench.reports.wording import plain

_OUT_OF_CELLS = str.maketrans({"`": "'", "|": "\N{BROKEN BAR}"})


@dataclass(frozen=True, slots=True)
class GithubActionBenchmark:
    """One entry for each figure; `range` is how far the farthest peak lies from the median."""

    name: str = "github-action-benchmark"
    summary: str = "github-action-benchmark with `tool: customSmallerIsBetter`"

    def render(self, results: Results, figures: Sequence[Figure]) -> str:
        """Return the JSON array; sizes are bytes."""
        entries = [_entry(figure, plain(results.environment.fingerprint)) for figure in figures]
        return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def _entry(figure: Figure, fingerprint: str) -> dict[str, object]:
    farthest = max(figure.largest_bytes - figure.median_bytes, figure.median_bytes - figure.smallest_bytes)
    return {
        "name": f"{figure.name} ({figure.meter})".translate(_OUT_OF_CELLS),
        "unit": "bytes",
        "value": figure.median_bytes,
        "range": f"\N{PLUS-MINUS SIGN} {farthest}",
        "extra": (
            f"median {format_bytes(figure.median_bytes)}; trials: {figure.trials}, {figure.outcome}\n"
            f"environment {fingerprint or 'unknown'}"
        ).translate(_OUT_OF_CELLS),
    }


EXPORT = GithubActionBenchmark()
