"""What holds of every format there is; a new one is found here without being named."""

import re
from collections.abc import Callable

import pytest
import sample_documents as sample
import sample_findings as findings
from sample_documents import HOSTILE

from membench.reports.document import Report
from membench.reports.formats import format_names, load_format

_DOCUMENTS = {
    "realistic": sample.realistic,
    "empty": sample.empty,
    "all failed": sample.all_failed,
    "magnitudes": sample.magnitudes,
    "no section": sample.report,
    "findings": findings.realistic,
    "budgets": sample.budgets,
    "sampled": findings.sampled,
}

every_format = pytest.mark.parametrize("name", format_names())


@every_format
@pytest.mark.parametrize("document", _DOCUMENTS.values(), ids=_DOCUMENTS)
def test_every_document_is_rendered_the_same_twice_and_ends_in_a_newline(
    name: str, document: Callable[[], Report]
) -> None:
    text = load_format(name).render(document())
    assert text == load_format(name).render(document())
    assert text.endswith("\n")


@every_format
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_brings_no_control_character(name: str, text: str) -> None:
    for document in (sample.hostile(text), sample.hostile_findings(text)):
        rendered = load_format(name).render(document)
        assert not [character for character in rendered if character != "\n" and not character.isprintable()]
        rendered.encode("utf-8")


@every_format
def test_every_warning_is_shown(name: str) -> None:
    rendered = " ".join(load_format(name).render(sample.realistic()).split())
    assert "address randomisation could not be switched off" in rendered
    assert "the CMS lost 9 of 11 fields" in rendered


@every_format
def test_a_budget_stands_beside_the_peak_and_what_exceeds_it_is_said(name: str) -> None:
    report = sample.budgets()
    rendered = " ".join(re.sub(r"<[^>]*>|\*\*", " ", load_format(name).render(report)).split())
    assert report.headline in rendered
    assert rendered.index(report.headline) < rendered.index(report.sections[0].headline)
    assert "40.00 MiB" in rendered
    assert "18.60 MiB over budget" in rendered
    assert "wrong output 2/5: not a saving, 1.50 MiB over budget" in rendered
    assert "2.000 GiB" in rendered
    assert " budget " in rendered
    assert " budget " not in load_format(name).render(sample.realistic())


@every_format
def test_columns_that_would_be_empty_are_left_out(name: str) -> None:
    rendered = load_format(name).render(sample.budgets())
    assert "change" not in rendered.partition("<script")[0].partition("<body>")[2 if "<body>" in rendered else 0]
    assert "what it is" not in rendered


@every_format
def test_a_peak_of_wrong_output_is_not_called_a_saving(name: str) -> None:
    rendered = load_format(name).render(sample.realistic())
    assert "wrong output: not a saving" in rendered
    assert "-31.00 MiB" not in rendered
