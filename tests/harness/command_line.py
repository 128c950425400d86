"""The command line as a user meets it: a process of its own, in a folder of the test's."""

import os
import subprocess
import sys
from pathlib import Path


def membench(*args: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "membench", *args],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "120"} | environment,
        check=False,
    )
