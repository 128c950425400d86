"""Variables of the caller that workloads get beside the few that all have: those that somebody has named.

They are part of what a figure depends on, so they are kept with the results and change the fingerprint.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from membench.harness.errors import UsageError
from membench.harness.kernel.controls import SCRUBBED_ENVIRONMENT

_WILD = "*?["
LONGEST_VALUE = 1000


def passed_variables(patterns: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that are set and that a name or a pattern, such as `SUITE_*`, is of; in the order of names.

    A pattern does not reach those that trials have of their own, such as the hash seed; a name does.

    Raises:
        UsageError: something is no name and no pattern, or a value is too long to be kept.
    """
    for pattern in patterns:
        if not pattern or "=" in pattern or not pattern.isprintable() or not pattern.strip(_WILD):
            raise UsageError(
                f"{pattern!r} names no variable to be passed on. Give a name such as SUITE_SLOW, or a pattern such as "
                "SUITE_*; to set a variable, write it into `environment` of a workload."
            )
    found = {name: environ[name] for name in sorted(environ) if any(_is_meant(name, pattern) for pattern in patterns)}
    for name, value in found.items():
        if len(value) > LONGEST_VALUE:
            raise UsageError(
                f"{name} has {len(value):,} characters, and at most {LONGEST_VALUE:,} can be passed on: values are "
                "kept with the results. Put them into a file, and pass on its name."
            )
    return found


def _is_meant(name: str, pattern: str) -> bool:
    if any(sign in pattern for sign in _WILD):
        return fnmatchcase(name, pattern) and name not in SCRUBBED_ENVIRONMENT
    return name == pattern
