"""Without pytest-xdist: a limit for this process, and another that tells what is known if this one dies."""

import subprocess
import sys
import tempfile
from pathlib import Path

from membench.harness.kernel.cgroups import make_group
from membench.harness.plugin.deaths.limits import enter
from membench.harness.plugin.deaths.recorder import Recorder

WITNESS = "membench.harness.plugin.deaths.witness"


def limit_this_process(limit_bytes: int) -> Recorder:
    """Enter a group with a limit, watched from outside; the watcher removes both when this process has ended.

    Raises:
        CgroupUnavailableError: this user cannot make one here.
    """
    group = make_group()
    folder = Path(tempfile.mkdtemp(prefix="membench-"))
    recorder = Recorder(folder / "this process")
    subprocess.Popen(  # noqa: S603 - this interpreter and this project's own module
        [sys.executable, "-m", WITNESS, str(group.path), str(folder), str(limit_bytes)],
        stdin=subprocess.DEVNULL,
        stdout=sys.__stderr__,
        start_new_session=True,  # Ctrl-C ends pytest, and then this one by itself
    )
    outside = enter(group.path, limit_bytes)
    (folder / "outside").write_text(str(outside), encoding="ascii")
    return recorder
