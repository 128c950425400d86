"""Chooses the suite that a command works on."""

import os

from harness.commands.suites import Suite
from harness.commands.suites.league import LeagueSuite
from harness.errors import unknown_name

SUITES = ("league",)


def choose_suite(name: str | None) -> Suite:
    """Give the suite of a name; without one, the built-in league.

    Raises:
        UsageError: there is none of that name, or its settings are none.
    """
    if name not in (None, *SUITES):
        raise unknown_name("suite", name or "", list(SUITES))
    return LeagueSuite(os.environ)
