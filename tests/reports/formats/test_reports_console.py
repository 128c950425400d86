import io
import re
from collections.abc import Callable

import pytest
import sample_documents as sample
import sample_findings as findings
from rich.console import Console
from sample_documents import HOSTILE

from membench.harness.units import format_bytes
from membench.reports import wording
from membench.reports.document import Report
from membench.reports.formats.console import FORMAT, render_console

_STYLES = re.compile(r"\x1b\[[\d;]*m")


def _printed(report: Report, *, width: int, colour: bool = False, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    render_console(report, console)
    stream.seek(0)
    return stream.read()


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@pytest.mark.parametrize("width", [80, 160])
def test_the_realistic_report_is_as_it_was(assert_golden: Callable[[str, str], None], width: int) -> None:
    assert_golden(f"report-{width}.txt", _trimmed(_printed(sample.realistic(), width=width)))


def test_the_report_of_findings_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report-findings.txt", FORMAT.render(findings.realistic()))


def test_the_report_of_budgets_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report-budgets.txt", _trimmed(_printed(sample.budgets(), width=80)))


def test_the_report_for_a_file_is_as_it_was(assert_golden: Callable[[str, str], None]) -> None:
    assert_golden("report.txt", FORMAT.render(sample.realistic()))


def test_the_report_for_a_file_has_no_colour_even_where_colour_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    text = FORMAT.render(sample.realistic())
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) > 80


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize(
    "document", [sample.realistic, sample.magnitudes, sample.all_failed, sample.budgets, findings.realistic]
)
def test_no_figure_and_no_label_is_cut(document: Callable[[], Report], width: int) -> None:
    report = document()
    printed = _printed(report, width=width)
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= width
    for section in report.sections:
        peaks = [row.peak_bytes for row in section.rows if row.peak_bytes is not None]
        assert all(format_bytes(peak) in printed for peak in peaks)


def test_a_long_name_is_folded_and_whole() -> None:
    name = "variant-with-a-name-of-thirty-"
    rows = [sample.row(name, 1000.0, outcomes=sample.ended(out_of_memory=2), spread_bytes=2**30)]
    printed = _printed(sample.report(sample.section(*rows)), width=80)
    first = next(line for line in printed.splitlines() if line.startswith("variant-")).partition("  ")[0]
    assert f"\n{name.removeprefix(first)}" in printed
    assert all(len(line) <= 80 for line in printed.splitlines())


def test_bars_are_to_scale_from_zero() -> None:
    rows = [sample.row("a", 40.0), sample.row("b", 20.0), sample.row("c", 0.0)]
    lengths = [line.count("█") for line in _printed(sample.report(sample.section(*rows)), width=120).splitlines()]
    assert [length for length in lengths if length] == [24, 12]


def test_a_narrow_console_gives_up_the_bars_and_then_the_titles() -> None:
    report = sample.report(sample.league())
    wide, middle, narrow = (_printed(report, width=width) for width in (160, 120, 70))
    assert "█" in wide
    assert "what it is" in wide
    assert "what it is" in middle
    assert "█" not in narrow
    assert "what it is" not in narrow


def test_variants_that_nothing_is_known_of_but_their_names_have_no_column_of_words() -> None:
    section = sample.section(sample.row("orders=1000", 12.0), sample.row("orders=20000", 26.0))
    assert "what it is" not in _printed(sample.report(section), width=120)
    told = sample.section(sample.row("orders=1000", 12.0, title="a short export"))
    assert "what it is" in _printed(sample.report(told), width=120)


def test_a_bad_outcome_is_red_and_a_good_one_green() -> None:
    printed = _printed(sample.report(sample.league()), width=160, colour=True)
    assert re.search(r"\x1b\[1;31mwrong output: not a saving", printed)
    assert re.search(r"\x1b\[32mok", printed)


def test_a_terminal_of_ascii_alone_gets_bars_of_ascii() -> None:
    printed = _printed(sample.report(sample.league()), width=160, encoding="ascii")
    assert "########" in printed


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_and_styles_nothing(text: str) -> None:
    printed = _printed(sample.hostile(text), width=2000, colour=True)
    bare = _STYLES.sub("", printed)
    assert "\x1b" not in bare
    assert bare.count(wording.plain(text)) >= 10
    innocent = _printed(sample.hostile("name"), width=2000, colour=True)
    assert set(_STYLES.findall(printed)) == set(_STYLES.findall(innocent))


def test_a_section_without_samples_says_so() -> None:
    assert "Nothing was measured." in _printed(sample.empty(), width=80)
