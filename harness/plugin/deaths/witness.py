"""Outlives a pytest that runs alone under a limit: tells what was running if the kernel ends it, and clears up."""

import os
import select
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from membench.harness.kernel.cgroups import existing_group
from membench.harness.plugin.deaths.post_mortem import death_in, story
from membench.harness.plugin.deaths.recorder import read


def main(group_name: str, folder_name: str, limit: str) -> None:
    """Wait for the end of the process that started this one."""
    folder, group = Path(folder_name), existing_group(Path(group_name))
    _wait_for(os.getppid())
    record, outside = read(folder / "this process"), folder / "outside"
    if record is not None and not record.finished and group.oom_kills():
        size = int(outside.read_text(encoding="ascii")) if outside.exists() else 0
        sys.stderr.write(f"\n{story('pytest', record, death_in(group, int(limit), size))}\n")
    group.remove()
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for(pid: int) -> None:
    with suppress(OSError):  # it has ended already
        descriptor = os.pidfd_open(pid)
        select.select([descriptor], [], [])
        os.close(descriptor)


if __name__ == "__main__":
    main(*sys.argv[1:])
