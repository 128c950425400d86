"""GitHub-flavoured Markdown: for pull-request comments and step summaries."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from membench.reports import wording
from membench.reports.tables.attribution import attribution_table
from membench.reports.tables.samples import samples_table

if TYPE_CHECKING:
    from membench.reports.document import Report, Row, Section

# Characters that could start or end markup. Those that also mean something to HTML or to the splitting of a
# table into cells become entities, which CommonMark never takes for markup; for the rest a backslash is
# easier on whoever reads the source.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;", "\\": "&#92;", "$": "&#36;"}
_ACTIVE = re.compile(r"[&<>|`\\$*_~\[\]!#]")

# GitHub links these in the finished text, where neither escape protects: people, issues, addresses, emoji.
# An empty comment in their midst is invisible and keeps them apart.
_LINKED = re.compile(r"(@(?=[\w-])|#(?=\d)|:(?=//|[a-z+_-][\w+-]*:)|www(?=\.))", re.IGNORECASE | re.ASCII)


def escape(text: str) -> Markup:
    """Return text from data as Markdown that shows it and does nothing else."""
    parts = (_escape_markup(part) for part in _split_after(_LINKED, wording.plain(text)))
    return Markup("<!-- -->").join(parts)


def _escape_markup(text: str) -> Markup:
    escaped = _ACTIVE.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), text)
    return Markup(escaped)  # noqa: S704 - this is the escaping


def _split_after(pattern: re.Pattern[str], text: str) -> list[str]:
    cuts = [0, *(found.end() for found in pattern.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def _finalize(value: object) -> Markup:
    # Every value that the template prints passes here, so that none can be forgotten.
    return value if isinstance(value, Markup) else escape(str(value))


def _rows_with_phases(section: "Section") -> "list[Row]":
    return [row for row in section.rows if row.phases]


def _pairs(sizes: tuple[int, ...], peaks: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(sizes, peaks, strict=True))


@dataclass(frozen=True, slots=True)
class MarkdownFormat:
    """Headline sentences first, then a section per scenario, then the environment and the warnings."""

    name: str = "markdown"
    suffix: str = ".md"

    def render(self, report: "Report") -> str:
        """Return the report as GitHub-flavoured Markdown."""
        template = markdown_environment(Path(__file__).parent).get_template("markdown.md.jinja")
        text = template.render(report=report, warnings=wording.warnings_of(report))
        return tidied(text)


def tidied(text: str) -> str:
    """Take away the blank lines that blocks of a template leave behind where they print nothing."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def markdown_environment(folder: Path) -> Environment:
    """Make an environment for the templates of a folder, in which every value that is printed is escaped."""
    from membench.reports.tables.markdown import as_grid  # noqa: PLC0415 - it escapes by what is here

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        wording=wording,
        phases=_rows_with_phases,
        pairs=_pairs,
        grid=as_grid,
        samples_table=samples_table,
        attribution_table=attribution_table,
    )
    return environment


FORMAT = MarkdownFormat()
