"""Pages replaced after some uses: closed when they are given back, so that the pool opens another."""

from collections.abc import Callable, Mapping

from membench.pipelines.browser.page import Page
from membench.pipelines.browsing import Browsing
from membench.pipelines.config import ParallelConfig
from membench.pipelines.variant import Form

TITLE = "pages replaced after some uses"


def before(_: Browsing, __: ParallelConfig) -> None:
    """Lend a page as long as it works."""


def after(browsing: Browsing, limits: ParallelConfig) -> None:
    """Close a page that has shown enough documents."""

    def close_if_worn(page: Page) -> None:
        if page.uses >= limits.uses_before_replacement:
            page.close()

    browsing.on_return += (close_if_worn,)


FORMS: Mapping[Form, Callable[[Browsing, ParallelConfig], None]] = {Form.BEFORE: before, Form.AFTER: after}
