"""What holds of every format there is; a new one is found here without being named."""

from collections.abc import Callable

import pytest
import sample_documents as sample
import sample_findings as findings
from sample_documents import HOSTILE

from reports.document import Report
from reports.formats import format_names, load_format

_DOCUMENTS = {
    "realistic": sample.realistic,
    "empty": sample.empty,
    "all failed": sample.all_failed,
    "magnitudes": sample.magnitudes,
    "no section": sample.report,
    "findings": findings.realistic,
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
def test_a_peak_of_wrong_output_is_not_called_a_saving(name: str) -> None:
    rendered = load_format(name).render(sample.realistic())
    assert "wrong output: not a saving" in rendered
    assert "-31.00 MiB" not in rendered
