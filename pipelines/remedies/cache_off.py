"""The back-forward cache off: a page that is left is not kept to be shown again, which nobody here does."""

from collections.abc import Callable, Mapping

from membench.pipelines.browsing import Browsing
from membench.pipelines.config import ParallelConfig
from membench.pipelines.variant import Form

TITLE = "the back-forward cache off"


def before(_: Browsing, __: ParallelConfig) -> None:
    """Launch the browser as it comes."""


def after(browsing: Browsing, _: ParallelConfig) -> None:
    """Launch it with `--disable-features=BackForwardCache`."""
    browsing.weights = browsing.weights._replace(most_cached=0)


FORMS: Mapping[Form, Callable[[Browsing, ParallelConfig], None]] = {Form.BEFORE: before, Form.AFTER: after}
