"""The page of stored runs in a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_results import results

from membench.harness.history.series import Change, History, Run, Series
from membench.harness.model import Role
from membench.reports.page.history import render_history

MIB = 1024 * 1024


def _history(name: str = "league") -> History:
    runs = tuple(
        Run(label=f"{name}{day:02d}", created=f"2026-01-{day:02d}", fingerprint="b" if day > 8 else "a", path=name)
        for day in range(1, 13)
    )

    def series(variant: str, peaks: list[int | None], *changes: Change) -> Series:
        return Series(scenario=name, variant=variant, meter="peak_rss", peak_bytes=tuple(peaks), changes=tuple(changes))

    change = Change(run=5, before_bytes=60 * MIB, after_bytes=62 * MIB)
    lines = (
        series("baseline", [60 * MIB] * 5 + [62 * MIB] * 7, change),
        series(f"{name}-2", [None, *[27 * MIB] * 10, None]),
        series("never", [None] * 12),
    )
    return History(runs=runs, series=lines, newest=results(), warnings=(f"{name} is odd",))


def _page(name: str = "league") -> str:
    return render_history(_history(name), "A headline.", {("league", "baseline", "peak_rss"): Role.BEFORE})


def test_the_page_opens_without_a_complaint_asks_for_nothing_and_reads_runs(open_page: Callable[..., Any]) -> None:
    opened = open_page(_page())
    plot = opened.page.locator("#h1-runs .plot")
    plot.focus()
    opened.page.keyboard.press("Home")
    for _ in range(5):
        opened.page.keyboard.press("ArrowRight")
    assert plot.get_attribute("aria-valuetext").startswith("league06: baseline 62 MiB")
    assert opened.complaints == []
    assert opened.asked_elsewhere == []


def test_a_hostile_name_stays_text(open_page: Callable[..., Any]) -> None:
    opened = open_page(_page("<script>alert(1)</script>"))
    opened.page.locator(".plot").press("End")
    assert opened.page.locator("#h1-title").text_content() == "<script>alert(1)</script>"
    assert "<script>alert(1)</script>12" in opened.page.locator(".plot").get_attribute("aria-valuetext")
    assert opened.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_window(open_page: Callable[..., Any], tmp_path: Path, width: int, scheme: str) -> None:
    page = open_page(_page(), width=width, scheme=scheme).page
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.screenshot(path=tmp_path / f"history-{scheme}-{width}.png", full_page=True)


def test_the_same_history_gives_the_same_page() -> None:
    assert _page() == _page()
