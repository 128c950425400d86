from sample_results import results, sample

from membench.harness.commands.reporting.budgets import budget_sentence, excess_bytes
from membench.harness.commands.reporting.sections import make_report
from membench.harness.model import Outcome, Sample
from membench.harness.suites.story import PlainStory
from membench.harness.units import MIB
from membench.reports.document import Report


def _bounded(variant: str, peak: float | None, budget: float | None, **changes: object) -> Sample:
    peaks = () if peak is None else (round(peak * MIB),)
    outcomes = (Outcome.CRASHED,) if peak is None else (Outcome.OK,)
    bound = None if budget is None else round(budget * MIB)
    return sample(variant, peaks, outcomes=outcomes, wall_seconds=(0.1,), budget_bytes=bound, **changes)


def _sentence(*samples: Sample) -> str:
    return budget_sentence(samples, lambda one: one.variant)


def _report(*samples: Sample) -> Report:
    return make_report(results(*samples), {one.scenario: PlainStory() for one in samples})


def test_without_a_budget_nothing_is_said() -> None:
    assert _sentence() == ""
    assert _sentence(_bounded("a", 10, None), _bounded("b", 10, None)) == ""


def test_a_peak_at_its_budget_is_within_it() -> None:
    assert excess_bytes(_bounded("a", 10, 10)) is None
    assert _sentence(_bounded("a", 10, 10)) == "That is within its budget of 10.00 MiB."


def test_a_single_peak_is_said_to_be_over_and_by_how_much() -> None:
    assert excess_bytes(_bounded("a", 12, 10)) == 2 * MIB
    assert _sentence(_bounded("a", 12, 10)) == "That is over its budget of 10.00 MiB by 2.00 MiB."


def test_the_only_one_with_a_budget_is_named() -> None:
    assert _sentence(_bounded("a", 12, 10), _bounded("b", 99, None)) == "a is over its budget of 10.00 MiB by 2.00 MiB."


def test_those_over_are_counted_and_named_the_largest_excess_first() -> None:
    three = _bounded("a", 12, 10), _bounded("b", 9, 10), _bounded("c", 15, 10)
    assert _sentence(*three) == "2 of 3 budgets are exceeded: c by 5.00 MiB and a by 2.00 MiB."
    assert _sentence(*three[:2]) == "1 of 2 budgets is exceeded: a by 2.00 MiB."
    assert _sentence(three[1], three[1]) == "All 2 budgets are kept."


def test_of_many_the_first_five_are_named() -> None:
    many = [_bounded(f"v{number}", 10 + number, 1) for number in range(9)]
    assert _sentence(*many).endswith(
        ": v8 by 17.00 MiB, v7 by 16.00 MiB, v6 by 15.00 MiB, v5 by 14.00 MiB, v4 by 13.00 MiB and 4 more."
    )


def test_what_came_to_no_figure_is_neither_over_nor_within() -> None:
    assert _sentence(_bounded("a", None, 10)) == ""
    both = _bounded("a", 9, 10), _bounded("b", None, 10)
    assert _sentence(*both) == "a is within its budget of 10.00 MiB; 1 with a budget came to no figure."


def test_the_report_says_it_of_the_section_of_the_row_and_of_all() -> None:
    report = _report(
        _bounded("a", 12, 10, scenario="import"),
        _bounded("b", 8, 10, scenario="import"),
        _bounded("default", 8, 10, scenario="export"),
    )
    assert report.headline == "1 of 3 budgets is exceeded: import/a by 2.00 MiB."
    one, other = report.sections
    assert one.headline == ("The peak is 12.00 MiB, the largest of 2: a. 1 of 2 budgets is exceeded: a by 2.00 MiB.")
    assert other.headline == "The peak is 8.00 MiB. That is within its budget of 10.00 MiB."
    assert [(row.budget_bytes, row.over_budget_bytes) for row in one.rows] == [(10 * MIB, 2 * MIB), (10 * MIB, None)]


def test_of_one_section_nothing_is_said_twice() -> None:
    assert _report(_bounded("a", 12, 10), _bounded("b", 8, 10)).headline == ""


def test_meters_are_named_where_there_are_several() -> None:
    report = _report(_bounded("a", 12, 10), _bounded("a", 9, 10, meter="memray"))
    assert report.sections[0].headline.endswith("1 of 2 budgets is exceeded: a (peak_rss) by 2.00 MiB.")


def test_a_section_without_a_figure_says_how_its_trials_ended() -> None:
    report = _report(_bounded("a", None, 10), _bounded("b", None, None))
    assert report.sections[0].headline == "No trial came to a figure: 2 crashed."
