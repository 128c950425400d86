"""One tree of errors. Each carries the exit code that the command line ends with.

A message is one or two lines: what was wanted, what was found, what to do.
"""

from typing import ClassVar

EXIT_OK = 0
EXIT_REGRESSION = 1
EXIT_USAGE = 2
EXIT_TRIAL_FAILED = 3
EXIT_INTERRUPTED = 130

LONGEST_SHOWN = 200


class MembenchError(Exception):
    """Anything that membench itself reports; never raised for a defect of membench."""

    exit_code: ClassVar[int] = EXIT_USAGE


class UsageError(MembenchError):
    """The command, a name, a size or a setting is not one that exists or is possible."""


class UnreadableInputError(MembenchError):
    """A file could not be read as what it was given for."""


class UnwritableOutputError(MembenchError):
    """A place for output cannot be written to."""


class MeasurementError(MembenchError):
    """The machine refused something that a measurement cannot do without."""

    exit_code: ClassVar[int] = EXIT_TRIAL_FAILED


def one_line(value: object) -> str:
    """Show in an error what was found in a file: on one line, without characters that no eye sees, cut if long."""
    text = str(value)
    return (text if text.isprintable() else ascii(text))[:LONGEST_SHOWN]


def unknown_name(kind: str, name: str, known: list[str]) -> UsageError:
    """Make the error for a name that does not exist, with those that do."""
    return UsageError(f"No {kind} named {name!r}. Known: {', '.join(sorted(known))}.")
