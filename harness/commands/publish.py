"""`membench publish`: write a static site over all stored runs."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import click

from membench.harness.commands.terminal import options
from membench.harness.commands.terminal.documents import print_json
from membench.harness.commands.terminal.progress import counted_of
from membench.harness.errors import EXIT_OK, UnreadableInputError, UsageError
from membench.harness.gate.causes import find_causes
from membench.harness.history.index.reading import read_promotions
from membench.harness.history.reading import history_of, opened_index
from membench.harness.history.regressions import Acceptance, Judged, judge_changes
from membench.harness.history.series import History, Series
from membench.harness.keys import Key
from membench.harness.model import Results, Sample
from membench.harness.store.files import atomic_writer, writable_folder
from membench.harness.store.results import read_results
from membench.reports.site.assembly import site_files
from membench.reports.site.document import Cause, ShownChange, ShownSeries, Site

_PAGE = re.compile(r"[0-9a-f]{16}\.(html|svg)")
_MOST_WITH_CAUSES = 100  # changes, newest first: each takes two documents
_MOST_CAUSES = 3
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@click.command(name="publish")
@click.argument("target", metavar="DIR|INDEX")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="SITE",
    required=True,
    help="The folder of the site.",
)
@click.option("--title", metavar="TEXT", help="Name of the project.  [default: the name of the current folder]")
@click.option("--url", metavar="URL", default="", help="Where the site will be, for the feed's links.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Take the accepted levels of this baseline too.",
)
@click.option("--branch", metavar="NAME", help="Put the runs in the order of this branch's commits.  [default: main]")
@options.output_format()
def command(
    target: str, out: Path, title: str | None, url: str, baseline: Path | None, branch: str | None, output_format: str
) -> int:
    """Write a static site over all stored runs.

    It has a list of all workloads to search and filter, a page for each with its changes and their causes, the changes
    by commit with their states, an Atom feed and badges. It works from disk and from any host, such as GitHub Pages.

    A rise is new until a baseline was promoted at its level with a reason, which accepts it, or until a later run
    undoes it. Baselines lie beside the runs, or are given with --baseline. Causes are known where runs were measured
    with a meter that knows call sites, such as memray. Files that did not change are left as they are.

    \b
    membench index runs
    membench publish runs --out site --url https://example.org/memory/
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    if url and not _ADDRESS.fullmatch(url):
        raise UsageError(f"--url takes an address such as https://example.org/memory/, not {url!r}.")
    with counted_of("reading runs") as progress, opened_index(target, branch=branch, progress=progress) as database:
        history = history_of(database, target)
        accepted = [Acceptance(key=Key(*key), **kept) for key, kept in read_promotions(database)]
    if baseline is not None:
        accepted += _acceptances(read_results(baseline))
    site = Site(
        title=title or Path.cwd().name or "membench",
        runs=history.runs,
        by_commit=history.by_commit,
        series=_shown(history, accepted),
        warnings=history.warnings,
        address=url if not url or url.endswith("/") else f"{url}/",
    )
    written, files = _write(site, out)
    fresh = sum(len(series.open_changes) for series in site.series)
    if output_format == "json":
        print_json(
            {
                "site": str(out / "index.html"),
                "series": len(site.series),
                "new": fresh,
                "files": files,
                "written": written,
            }
        )
    else:
        summary = f"{len(site.series)} series, {fresh} new rises; {written} of {files} files changed"
        click.echo(f"wrote {out / 'index.html'}: {summary}")
    return EXIT_OK


def _acceptances(baseline: Results) -> Iterable[Acceptance]:
    return [
        Acceptance(
            key=Key(change.scenario, change.variant, change.meter),
            at=promotion.at,
            by=promotion.by,
            reason=promotion.reason,
            to_bytes=change.to_bytes,
        )
        for promotion in baseline.history
        for change in promotion.changes
    ]


def _shown(history: History, accepted: list[Acceptance]) -> tuple[ShownSeries, ...]:
    created = [run.created for run in history.runs]
    by_key: dict[Key, list[Acceptance]] = {}
    for one in accepted:
        by_key.setdefault(one.key, []).append(one)
    judged = [(series, judge_changes(series, created, by_key.get(series.key, ()))) for series in history.series]
    rises = sorted((one.change.run for _, own in judged for one in own if one.change.shift_bytes > 0), reverse=True)
    oldest = rises[:_MOST_WITH_CAUSES][-1] if rises else 0
    causes = _Causes(history)
    return tuple(
        ShownSeries(
            series=series,
            changes=tuple(
                ShownChange(judged=one, causes=causes.of(series, one) if one.change.run >= oldest else ())
                for one in own
            ),
        )
        for series, own in judged
    )


class _Causes:
    """Finds what holds more since a change, from the documents of the runs on both sides of it."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._samples = lru_cache(maxsize=8)(self._read)

    def of(self, series: Series, judged: Judged) -> tuple[Cause, ...]:
        """Find the causes of a rise; none where no meter of the two runs knows call sites."""
        change = judged.change
        if change.shift_bytes <= 0:
            return ()
        before = series.known[series.known.index(change.run) - 1]
        base, head = self._samples(before), self._samples(change.run)
        for key, sample in head.items():
            if key[:2] == series.key[:2] and sample.call_sites and key in base and base[key].call_sites:
                found = find_causes(
                    base[key].call_sites, sample.call_sites, base_line=lambda *_: "", head_line=lambda *_: ""
                )
                return tuple(
                    Cause(where=f"{one.file}:{one.line} in {one.function}", shift_bytes=one.shift_bytes)
                    for one in found[:_MOST_CAUSES]
                )
        return ()

    def _read(self, run: int) -> dict[Key, Sample]:
        try:
            results = read_results(Path(self._history.runs[run].path))
        except UnreadableInputError:
            return {}  # pruned, or on another machine than the index
        return {sample.key: sample for sample in results.samples}


def _write(site: Site, out: Path) -> tuple[int, int]:
    """Write the files that differ, delete the pages of series that are gone; count what was written and all."""
    for folder in (out, out / "assets", out / "series"):
        writable_folder(folder)
    names = set()
    written = 0
    for name, text in site_files(site):
        names.add(name)
        path = out / name
        if path.is_file() and path.read_bytes() == text.encode(errors="backslashreplace"):
            continue
        with atomic_writer(path) as file:
            file.write(text.encode(errors="backslashreplace").decode())
        written += 1
    for path in (out / "series").iterdir():
        if _PAGE.fullmatch(path.name) and f"series/{path.name}" not in names:
            path.unlink()
    return written, len(names)
