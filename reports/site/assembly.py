"""Writes the site: pages that share a style and a script, and run nothing that stands in the data."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from membench.harness.history.regressions import State
from membench.reports import wording
from membench.reports.page.assembly import as_json, html_environment
from membench.reports.palette import COLOURS, RISE
from membench.reports.site import drawing
from membench.reports.site.document import ShownSeries, Site, by_commit
from membench.reports.site.feed import render_feed

_FOLDER = Path(__file__).parent
_PAGE_STYLE = _FOLDER.parent / "page" / "page.css"
MOST_COMMITS = 200  # on the page of regressions, newest first; each series has all of its own
MOST_RUNS = 200  # in the table of a series, newest first
# Scripts and styles come from the site's own folder alone; `file:` is that where it is opened from disk.
POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; "
    "base-uri 'none'; form-action 'none'"
)


def site_files(site: Site) -> Iterator[tuple[str, str]]:
    """Give every file of the site, by its path below the site's folder; one is held at a time."""
    yield "assets/site.css", _style()
    yield "assets/site.js", (_FOLDER / "site.js").read_text(encoding="utf-8")
    commits = by_commit(site)
    fresh = sum(len(series.open_changes) for series in site.series)
    common = {"site": site, "policy": POLICY, "State": State, "fresh": fresh}
    yield "index.html", _page("index.html.jinja", common, root="", rows=as_json(_rows(site)), newest=commits[:5])
    yield (
        "regressions.html",
        _page(
            "regressions.html.jinja", common, root="", commits=commits[:MOST_COMMITS],
            more=max(0, len(commits) - MOST_COMMITS),
        ),
    )  # fmt: skip
    yield "feed.xml", render_feed(site)
    message = f"{fresh} {'rise' if fresh == 1 else 'rises'}" if fresh else "no rise"
    yield "badge.svg", drawing.badge("peak memory", message, good=not fresh)
    yield (
        "badge.json",
        json.dumps(
            {"schemaVersion": 1, "label": "peak memory", "message": message, "color": "red" if fresh else "green"}
        )
        + "\n",
    )
    for shown in site.series:
        yield (
            f"series/{shown.slug}.html",
            _page(
                "series.html.jinja", common, root="../", shown=shown, curve=drawing.curve(site, shown),
                runs=_newest_first(shown),
            ),
        )  # fmt: skip
        peak = drawing.badge("peak memory", wording.size(shown.newest), good=not shown.open_changes)
        yield f"series/{shown.slug}.svg", peak


def _newest_first(shown: ShownSeries) -> list[tuple[int, int]]:
    known = [(index, shown.series.peak_bytes[index] or 0) for index in shown.series.known]
    return known[: -MOST_RUNS - 1 : -1]


def _rows(site: Site) -> list[list[Any]]:
    """Give what the index lists of each series: the script draws only the rows in view."""
    classes = list(dict.fromkeys(shown.series.machine_class for shown in site.series))
    return [[wording.plain(name) for name in classes], *(_row(site, shown, classes) for shown in site.series)]


def _row(site: Site, shown: ShownSeries, classes: list[str]) -> list[Any]:
    last = shown.changes[-1] if shown.changes else None
    state = str(State.NEW) if shown.open_changes else str(last.judged.state) if last else ""
    return [
        shown.slug,
        *map(wording.plain, shown.series.key),
        classes.index(shown.series.machine_class),
        shown.newest,
        last.judged.change.shift_bytes if last else 0,
        wording.plain(site.runs[last.judged.change.run].label) if last else "",
        last.judged.change.run if last else -1,
        state,
        drawing.spark(shown),
        int(shown.series.peak_bytes[-1] is None),
    ]


def _page(template: str, common: dict[str, Any], **context: object) -> str:
    text = _environment().get_template(template).render(**common, **context)
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


@cache
def _environment() -> Environment:
    return html_environment(_FOLDER)


@cache
def _style() -> str:
    properties = "".join(f"--role-{role}:{colour};" for role, colour in COLOURS.items())
    own = (_FOLDER / "site.css").read_text(encoding="utf-8")
    return f":root{{{properties}--role-rise:{RISE};}}\n{_PAGE_STYLE.read_text(encoding='utf-8')}\n{own}"
