"""Runs git, as nobody's hook and with nobody to ask."""

import os
import subprocess
from pathlib import Path

# Neither the user's hooks nor a password prompt belong into a measurement.
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false")
# Set by git for its hooks: with them it would go by the index and the folder of whoever made the commit.
_OF_A_HOOK = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"})


def run_git(folder: Path, *arguments: str, time_limit_seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of git in a folder; how it ended and what it said are the caller's to judge.

    Raises:
        OSError: there is no git.
        subprocess.TimeoutExpired: it took longer than it may.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    return subprocess.run(  # noqa: S603 - git, with a ref that it takes for nothing else
        ["git", *_QUIET, "-C", str(folder), *arguments],  # noqa: S607 - the user's git is the one to use
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        stdin=subprocess.DEVNULL,
        env={**environment, "GIT_TERMINAL_PROMPT": "0"},
        timeout=time_limit_seconds,
    )
