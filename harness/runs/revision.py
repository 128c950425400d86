"""Says which revision of the code a run was of."""

import subprocess
from pathlib import Path

from membench.harness.runs.git import run_git

_DESCRIBE = ("describe", "--always", "--dirty", "--exclude=*", "--abbrev=12")
_TIME_LIMIT_SECONDS = 10


def current_revision(folder: Path) -> str:
    """Name the commit of the work tree that a folder is in, `-dirty` where it was changed since; "" outside of one."""
    try:
        done = run_git(folder, *_DESCRIBE, time_limit_seconds=_TIME_LIMIT_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
