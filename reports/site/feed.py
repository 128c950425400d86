"""The Atom feed (RFC 4287): an entry for each run that began a rise, newest first."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from membench.harness.history.regressions import State
from membench.reports import wording
from membench.reports.site.document import CommitChanges, ShownChange, ShownSeries, Site, by_commit

_MOST_ENTRIES = 50
_MOST_NAMED = 20


def render_feed(site: Site) -> str:
    """Return the feed as text; the same site gives the same text."""
    risen = [
        group for group in by_commit(site) if any(change.judged.change.shift_bytes > 0 for _, change in group.changes)
    ]
    updated = _date(site.runs[-1].created) if site.runs else _date("")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(site.title)}: rises of peak memory</title>",
        f"<id>{_identifier(site.address or site.title)}</id>",
        f"<updated>{updated}</updated>",
        "<author><name>membench</name></author>",
        f"<link href={quoteattr(site.address + 'regressions.html')}/>",
        *(line for group in risen[:_MOST_ENTRIES] for line in _entry(site, group)),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(site: Site, group: CommitChanges) -> Iterable[str]:
    rises = _rises(group)
    series, change = rises[0]
    more = f" and {len(rises) - 1} more" if len(rises) > 1 else ""
    found = change.judged.change.found_run
    shown = site.runs[found if found is not None else group.number]
    yield "<entry>"
    yield (
        f"<title>{_text(group.run.label)}: {wording.shift(change.judged.change.shift_bytes)} in "
        f"{_text(series.series.scenario)}, {_text(series.series.variant)}{more}</title>"
    )
    yield f"<id>{_identifier(f'{site.address or site.title}#{group.run.commit or group.run.label}')}</id>"
    yield f"<updated>{_date(shown.created)}</updated>"
    yield f"<link href={quoteattr(f'{site.address}regressions.html#r{group.number}')}/>"
    yield f"<summary>{_text(_summary(group, rises))}</summary>"
    yield "</entry>"


def _rises(group: CommitChanges) -> list[tuple[ShownSeries, ShownChange]]:
    return [pair for pair in group.changes if pair[1].judged.change.shift_bytes > 0]


def _summary(group: CommitChanges, rises: list[tuple[ShownSeries, ShownChange]]) -> str:
    sentences = []
    for series, change in rises[:_MOST_NAMED]:
        judged = change.judged
        state = "" if judged.state is State.NEW else f" ({judged.state})"
        sentences.append(
            f"{series.series.scenario}, {series.series.variant} ({series.series.meter}): "
            f"{wording.size(judged.change.before_bytes)} to {wording.size(judged.change.after_bytes)}{state}"
        )
    return "; ".join(filter(None, [group.run.subject, *sentences]))


def _identifier(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, wording.plain(name))}"


def _text(text: str) -> str:
    return escape(wording.plain(text))


def _date(text: str) -> str:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        date = datetime(1970, 1, 1, tzinfo=UTC)
    return (date if date.tzinfo is not None else date.replace(tzinfo=UTC)).isoformat(timespec="seconds")
