"""A collection after some uses of a page: the browser is asked for it, instead of left to collect when it likes."""

from collections.abc import Callable, Mapping

from membench.pipelines.browser.page import Page
from membench.pipelines.browsing import Browsing
from membench.pipelines.config import ParallelConfig
from membench.pipelines.variant import Form

TITLE = "a collection after some uses of a page"


def before(_: Browsing, __: ParallelConfig) -> None:
    """Leave it to the browser when it collects."""


def after(browsing: Browsing, limits: ParallelConfig) -> None:
    """Ask for a collection (`HeapProfiler.collectGarbage`) when a page has shown some more documents."""

    def collect_if_due(page: Page) -> None:
        if page.uses % limits.uses_before_collection == 0:
            page.collect()

    browsing.on_return += (collect_if_due,)


FORMS: Mapping[Form, Callable[[Browsing, ParallelConfig], None]] = {Form.BEFORE: before, Form.AFTER: after}
