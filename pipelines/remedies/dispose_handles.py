"""Handles disposed of on release: where the program lets go of an object, it lets go of the object's handles too."""

from collections.abc import Callable, Mapping

from membench.pipelines.browsing import Browsing
from membench.pipelines.config import ParallelConfig
from membench.pipelines.variant import Form

TITLE = "handles disposed of on release"


def before(_: Browsing, __: ParallelConfig) -> None:
    """Drop the object only: the browser cannot know of it, and keeps what the handle stood for."""


def after(browsing: Browsing, _: ParallelConfig) -> None:
    """Dispose of a handle with its object."""
    browsing.disposes = True


FORMS: Mapping[Form, Callable[[Browsing, ParallelConfig], None]] = {Form.BEFORE: before, Form.AFTER: after}
