"""Pictures of the site, drawn without a script: a curve for each series, and badges."""

from dataclasses import dataclass
from html import escape

from membench.reports import wording
from membench.reports.site.document import ShownSeries, Site

WIDTH, HEIGHT = 960, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 120, 12, 12, 24
_MOST_TIPS = 300  # points that say what they are under the cursor: the newest ones, and all changes
_STEPS = 4  # lines of the grid
_SPARK_POINTS, _SPARK_LEVELS = 40, 36
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTER = 6.6  # units that a letter of a badge is wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What a template draws as SVG."""

    path: str
    points: tuple[tuple[float, float, str], ...]  # x, y and what stands under the cursor
    marks: tuple[tuple[float, bool, str], ...]  # x, whether it is a rise, and the run
    grid: tuple[tuple[float, str], ...]  # y and its size
    first: str
    last: str


def curve(site: Site, shown: ShownSeries) -> Curve:
    """Draw a series over its runs."""
    known = shown.series.known
    peaks = [shown.series.peak_bytes[index] or 0 for index in known]
    low, high = min(peaks, default=0), max(peaks, default=0)
    margin = max((high - low) * 0.1, 4096, high * 0.002)
    bottom, top = max(0.0, low - margin), high + margin
    steps = max(len(known) - 1, 1)
    place = {index: number for number, index in enumerate(known)}

    def along(index: int) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * place[index] / steps, 1)

    def up(size: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (size - bottom) / (top - bottom), 1)

    begun = {change.judged.change.run: change.judged.change for change in shown.changes}
    told = {*known[-_MOST_TIPS:], *begun}
    return Curve(
        path=" ".join(f"{along(index)},{up(peak)}" for index, peak in zip(known, peaks, strict=True)),
        points=tuple(
            (
                along(index),
                up(peak),
                f"{site.runs[index].label}: {wording.size(peak)} {site.runs[index].subject}".strip(),
            )
            for index, peak in zip(known, peaks, strict=True)
            if index in told
        ),
        marks=tuple(
            (along(run), change.shift_bytes > 0, site.runs[run].label) for run, change in begun.items() if run in place
        ),
        grid=tuple(
            (up(size), wording.size(round(size)))
            for size in (bottom + (top - bottom) * step / _STEPS for step in range(_STEPS + 1))
        ),
        first=site.runs[known[0]].label if known else "",
        last=site.runs[known[-1]].label if known else "",
    )


def _tip(site: Site, index: int, peak: int) -> str:
    run = site.runs[index]
    return f"{run.label}: {wording.size(peak)} {run.subject}".strip()


def spark(shown: ShownSeries) -> str:
    """Write the newest peaks as digits from 0 to z, a space where there is none."""
    newest = shown.series.peak_bytes[-_SPARK_POINTS:]
    known = [peak for peak in newest if peak is not None]
    low, span = min(known, default=0), max(known, default=0) - min(known, default=0)
    if not span:
        return ""
    return "".join(
        " " if peak is None else _DIGITS[round((_SPARK_LEVELS - 1) * (peak - low) / span)] for peak in newest
    )


def badge(label: str, message: str, *, good: bool) -> str:
    """Draw a badge: two words side by side."""
    one, two = (round(len(text) * _LETTER + 12) for text in (label, message))
    label, message = (escape(wording.plain(text)) for text in (label, message))
    colour = "#2c7a3f" if good else "#b23a00"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{one + two}" height="20" role="img" '
        f'aria-label="{label}: {message}">'
        f'<title>{label}: {message}</title><rect width="{one + two}" height="20" rx="3" fill="#444c56"/>'
        f'<path fill="{colour}" d="M{one} 0h{two - 3}q3 0 3 3v14q0 3-3 3h-{two - 3}z"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{one / 2}" y="14">{label}</text><text x="{one + two / 2}" y="14">{message}</text></g></svg>\n'
    )
