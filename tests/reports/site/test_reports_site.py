"""The site's files: what stands in them, and that names from documents are text and nothing else."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from sample_site import CREATED, FALL, MIB, RISE, series, site

from membench.harness.history.regressions import Acceptance, State, judge_changes
from membench.harness.history.series import Change
from membench.harness.keys import Key
from membench.reports.site.assembly import POLICY, site_files
from membench.reports.site.document import ShownSeries

KEY = Key("orders", "n=1", "peak_rss")


def accepted(to_mib: int, day: int) -> Acceptance:
    return Acceptance(key=KEY, at=f"2026-01-{day:02d}T12:00:00+00:00", by="ann", reason="cache", to_bytes=to_mib * MIB)


@pytest.mark.parametrize(
    ("changes", "promoted", "states"),
    [
        ([RISE], [], [State.NEW]),
        ([RISE, FALL], [], [State.FIXED, State.IMPROVEMENT]),
        ([RISE], [accepted(64, 6)], [State.ACCEPTED]),
        ([RISE], [accepted(64, 2)], [State.NEW]),  # promoted before it rose
        ([RISE], [accepted(61, 6)], [State.NEW]),  # another level than this
    ],
)
def test_a_rise_is_new_until_it_is_accepted_or_undone(
    changes: list[Change], promoted: list[Acceptance], states: list[State]
) -> None:
    judged = judge_changes(series(*changes), CREATED, promoted)
    assert [one.state for one in judged] == states
    if promoted and states == [State.ACCEPTED]:
        assert judged[0].reason == "cache (ann)"


def test_there_is_a_page_for_each_series_with_its_commits_and_causes() -> None:
    files = dict(site_files(site()))
    (name,) = [name for name in files if re.fullmatch(r"series/[0-9a-f]{16}\.html", name)]
    assert "fix orders" in files[name]
    assert "orders.py:3 in load" in files[name]
    assert "new level at c4" in files[name]
    assert 'id="r4"' in files["regressions.html"]
    assert files["badge.svg"].count("1 rise") == 3
    assert json.loads(files["badge.json"])["message"] == "1 rise"
    assert dict(site_files(site())) == files


def test_every_link_leads_to_a_file_of_the_site() -> None:
    files = dict(site_files(site()))
    for name, text in files.items():
        folder = "series/" if name.startswith("series/") else ""
        for link in re.findall(r'(?:href|src)="([^"#]+)', text) if name.endswith(".html") else ():
            if not link.startswith("data:"):
                assert (link.removeprefix("../") if link.startswith("../") else folder + link) in files


def test_the_feed_is_well_formed_and_its_links_are_whole_where_the_address_is_known() -> None:
    files = dict(site_files(site("a<b>&\"'", "https://example.org/m/")))
    feed = ET.fromstring(files["feed.xml"])
    space = {"a": "http://www.w3.org/2005/Atom"}
    (entry,) = feed.findall("a:entry", space)
    assert entry.findtext("a:title", namespaces=space) == "c4: +4.00 MiB in a<b>&\"', n=1"
    link = entry.find("a:link", space)
    assert link is not None
    assert link.get("href") == "https://example.org/m/regressions.html#r4"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "</script><b>", '" onload="x', "\ud800\0"])
def test_a_hostile_name_is_text(name: str) -> None:
    for file, text in site_files(site(name)):
        if file.endswith((".html", ".svg")):
            assert "<script>alert" not in text
            assert "</script><b>" not in text
            assert ' onload="x"' not in text
            assert text.count("<script") <= 2


def test_nothing_inline_runs() -> None:
    assert "unsafe" not in POLICY
    for file, text in site_files(site()):
        if file.endswith(".html"):
            assert " style=" not in text
            assert not re.search(r"<script(?! type=\"application/json\"| src=)", text)


def test_a_series_without_a_peak_has_a_page() -> None:
    empty = replace(series(), peak_bytes=(None,) * 10)
    shown = ShownSeries(series=empty, changes=())
    files = dict(site_files(replace(site(), series=(shown,))))
    assert "The newest run has no peak of it." in files[f"series/{shown.slug}.html"]
