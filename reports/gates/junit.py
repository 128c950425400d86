"""JUnit XML, which every CI system shows: one test case for each row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from membench.harness.gate.verdicts import Verdict
from membench.harness.units import format_shift
from membench.reports import wording

if TYPE_CHECKING:
    from membench.harness.gate.verdicts import GateRow, Judgement

_FAILURES = {Verdict.REGRESSION, Verdict.MISSING}
_SKIPPED = {Verdict.NEW, Verdict.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class JUnitGate:
    """One suite; regressions and missing workloads are failures, failed trials errors, what is undecided skipped."""

    name: str = "junit"
    suffix: str = ".xml"

    def render(self, judgement: "Judgement") -> str:
        """Return the judgement as an XML document."""
        verdicts = [row.verdict for row in judgement.rows]
        suites = ET.Element("testsuites")
        suite = ET.SubElement(
            suites,
            "testsuite",
            name="membench gate",
            tests=str(len(verdicts)),
            failures=str(sum(verdict in _FAILURES for verdict in verdicts)),
            errors=str(sum(verdict is Verdict.FAILED for verdict in verdicts)),
            skipped=str(sum(verdict in _SKIPPED for verdict in verdicts)),
        )
        for row in judgement.rows:
            _add_case(suite, row)
        if judgement.warnings:
            ET.SubElement(suite, "system-err").text = "\n".join(map(wording.plain, judgement.warnings))
        ET.indent(suites, " ")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _add_case(suite: ET.Element, row: "GateRow") -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"{wording.plain(row.scenario)}.{wording.plain(row.meter)}",
        name=f"{wording.plain(row.variant)} against {wording.plain(row.against)}",
    )
    reason = wording.plain(row.reason)
    if row.verdict in _FAILURES:
        failure = ET.SubElement(case, "failure", type=str(row.verdict), message=reason)
        failure.text = "\n".join(_causes(row)) or reason
    elif row.verdict is Verdict.FAILED:
        ET.SubElement(case, "error", type=str(row.verdict), message=reason)
    elif row.verdict in _SKIPPED:
        ET.SubElement(case, "skipped", message=f"{row.verdict}: {reason}")
    elif row.accepted is not None:
        ET.SubElement(case, "system-out").text = reason


def _causes(row: "GateRow") -> list[str]:
    return [
        f"{wording.plain(cause.file)}:{cause.line} {wording.plain(cause.function)} {format_shift(cause.shift_bytes)}"
        for cause in row.causes
    ]


FORMAT = JUnitGate()
