"""HTML: one self-contained page to look at, to hand on and to keep."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from membench.reports import wording
from membench.reports.page.assembly import assemble
from membench.reports.page.view import sections_of

if TYPE_CHECKING:
    from membench.reports.document import Report

_MANY_ROWS = 300  # from here on a browser lays out only those in view; before, it may as well have them all


@dataclass(frozen=True, slots=True)
class HtmlFormat:
    """The answers first, then a part for each scenario, all samples, the environment and the warnings."""

    name: str = "html"
    suffix: str = ".html"

    def render(self, report: "Report") -> str:
        """Return the report as one HTML page that loads nothing."""
        views = sections_of(report)
        rows = [row for section in report.sections for row in section.rows]
        return assemble(
            "report.html.jinja",
            title=report.title,
            report=report,
            views=views,
            warnings=wording.warnings_of(report),
            has_artifacts=any(row.artifacts for row in rows),
            has_rows=bool(rows),
            has_budgets=wording.have_budgets(rows),
            has_changes=wording.have_changes(rows),
            has_titles=wording.have_titles(rows),
            left_out=sum(section.left_out for section in report.sections),
            over_budget=any(view.over_budget for view in views),
            many=len(rows) > _MANY_ROWS,
            charts=[chart.document() for view in views for chart in view.charts],
        )


FORMAT = HtmlFormat()
