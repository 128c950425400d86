"""JUnit XML as CI systems read it: the counts agree with the cases, and each case ends in one way."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
import sample_judgements as sample
from hypothesis import given
from hypothesis import strategies as st
from sample_documents import HOSTILE

from membench.harness.gate.verdicts import Judgement, Verdict
from membench.reports import wording
from membench.reports.gates.junit import FORMAT


def suite_of(judgement: Judgement) -> ET.Element:
    root = ET.fromstring(FORMAT.render(judgement))
    assert root.tag == "testsuites"
    (suite,) = root
    return suite


def test_every_verdict_is_shown_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("gate.xml", FORMAT.render(sample.every_verdict()))


def test_the_counts_are_those_of_the_cases() -> None:
    suite = suite_of(sample.every_verdict())
    found = {kind: len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error", "skipped")}
    assert found == {"failure": 3, "error": 1, "skipped": 2}
    counts = {"tests": 8, "failures": 3, "errors": 1, "skipped": 2}
    assert {name: int(suite.attrib[name]) for name in counts} == counts
    assert suite.attrib["name"] == "membench gate"


def test_each_case_has_a_name_and_a_class_and_ends_in_one_way_at_most() -> None:
    cases = suite_of(sample.every_verdict()).findall("testcase")
    assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)
    assert all(len(case) <= 1 for case in cases)
    names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
    assert len(set(names)) == len(names)


def test_a_failure_has_its_reason_and_the_places_that_grew() -> None:
    failure = suite_of(sample.every_verdict()).find("testcase/failure")
    assert failure is not None
    assert failure.attrib["type"] == "regression"
    assert failure.attrib["message"].startswith("the peak rose by 3.00 MiB")
    assert (failure.text or "").startswith("shop/imports.py:42 load_orders +3.00 MiB\n")


def test_children_are_in_the_order_of_the_common_schema() -> None:
    assert [child.tag for child in suite_of(sample.every_verdict())] == ["testcase"] * 8 + ["system-err"]


def test_nothing_compared_is_a_suite_without_cases() -> None:
    assert suite_of(sample.judgement()).attrib["tests"] == "0"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_read_back_as_text(text: str) -> None:
    suite = suite_of(sample.hostile(text))
    assert len(suite.findall("testcase")) == len(Verdict)
    assert suite.findall("testcase")[0].attrib["name"] == f"{wording.plain(text)} against {wording.plain(text)}"


@given(st.text())
def test_any_text_makes_a_document_that_can_be_read(text: str) -> None:
    assert len(suite_of(sample.hostile(text)).findall("testcase")) == len(Verdict)
