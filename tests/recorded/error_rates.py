"""Prints how often the rule is right, wrong and undecided on draws from the recorded peaks: the table of exactness.md.

python tests/recorded/error_rates.py [DRAWS]     (with tests/harness and tests/harness/gate on PYTHONPATH)
"""

import random
import sys
from collections import Counter
from collections.abc import Callable

from test_decisions_on_real_peaks import PAIRS, SETS, Peaks, live, stored

from membench.harness.gate.verdicts import GateRow, Verdict

Draw = Callable[[random.Random, Peaks, Peaks], GateRow]


def main(draws: int) -> None:
    """Draw so many of each."""
    ways: dict[str, Draw] = {
        "3 stored": stored,
        "5 stored": lambda chance, one, other: stored(chance, one, other, 5),
        "live, 3 to 12": live,
    }
    rises = [(one, other) for one, other in PAIRS if other.middle > one.middle]
    calm = [pair for pair in rises if pair[0].quiet and pair[1].quiet]
    wild = [pair for pair in rises if pair not in calm]
    groups = {
        "itself, quiet": [(one, one) for one in SETS if one.quiet],
        "itself, spreading": [(one, one) for one in SETS if not one.quiet],
        f"{len(calm)} rises, quiet": calm,
        f"{len(wild)} rises, spreading": wild,
    }
    for way, draw in ways.items():
        for name, pairs in groups.items():
            chance = random.Random(1)
            found = Counter(draw(chance, *pairs[number % len(pairs)]).verdict for number in range(draws))
            shares = ", ".join(f"{verdict} {found[verdict]}" for verdict in Verdict if found[verdict])
            sys.stdout.write(f"{way:14} {name:22} of {draws}: {shares}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
