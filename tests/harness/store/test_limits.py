"""What a document cannot hold is refused before anything is measured."""

import pytest

from membench.harness.errors import UsageError
from membench.harness.model import LONGEST_NAME, Workload
from membench.harness.store.limits import require_storable


def workload(scenario: str = "s", variant: str = "v") -> Workload:
    return Workload(scenario=scenario, variant=variant, target="a:b", parameters={}, import_paths=())


@pytest.mark.parametrize("name", ["", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_no_document_holds_is_refused(name: str) -> None:
    for one in (workload(scenario=name), workload(variant=name)):
        with pytest.raises(UsageError, match="holds names of 1 to 200"):
            require_storable([one], ["peak_rss"], 1)


def test_the_longest_name_is_taken() -> None:
    require_storable([workload("x" * LONGEST_NAME, "y" * LONGEST_NAME)], ["peak_rss"], 1)


def test_more_samples_or_repeats_than_a_document_holds_are_refused() -> None:
    with pytest.raises(UsageError, match="samples"):
        require_storable([workload()] * 60_000, ["peak_rss", "peak_tree"], 1)
    with pytest.raises(UsageError, match="repeats"):
        require_storable([workload()], ["peak_rss"], 100_001)
