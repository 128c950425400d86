"""A test that runs in a fresh interpreter. Its fixtures are made there, and not here."""

from collections.abc import Callable
from typing import Any

import pytest


class IsolatedTestError(Exception):
    """The test has failed in its own process; the message is how."""


class IsolatedTest(pytest.Item):
    """Stands in for a test function, under its name and with its marks."""

    def __init__(self, *, original: pytest.Item, run: Callable[["IsolatedTest"], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._original = original
        self._run = run
        self.obj = getattr(original, "obj", None)  # conditions of marks look into its module
        self.own_markers = original.own_markers
        self.keywords.update(original.keywords)
        self.path = original.path

    @classmethod
    def of(cls, original: pytest.Item, run: Callable[["IsolatedTest"], None]) -> "IsolatedTest":
        """Make the one that stands in for a test."""
        assert original.parent is not None, "a test is in a file"
        made: IsolatedTest = cls.from_parent(
            original.parent, name=original.name, nodeid=original.nodeid, original=original, run=run
        )
        return made

    def runtest(self) -> None:
        """Run the test in its own process."""
        self._run(self)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a failure as the other process has."""
        if isinstance(excinfo.value, IsolatedTestError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> Any:
        """Tell where the test stands."""
        return self._original.reportinfo()
