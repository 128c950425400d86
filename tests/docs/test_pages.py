"""The pages that begin with nothing: each is done as it says, from its first command to its last."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from membench.harness.suites import settings

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMITTER = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "shop"), ("EMAIL", "shop@example.org"))
}
PAGES = {
    "workloads": (
        "orders=50000,keep=true",
        "over its budget of 20.00 MiB",
        "exit code 1",
        "lines=200000",
        "peak memory (tracemalloc)",
        "[tool.membench.workloads.total], bugdet: there is no such key. Known: budget, call",
        "exit code 2",
    ),
    "compare-fixes": (
        "wrote out/before/results.json",
        "95 % interval",
        "stream=true,drop=true,intern=false",
        "fix 4 alone: incremental validation",
        "intern moves the peak by less than 64 KiB",
        "fix 7: smaller batches",
    ),
    "ci": (
        "gate: regression",
        "jobs.py:2 <listcomp>" if sys.version_info < (3, 12) else "jobs.py:2 import_orders",
        "exit code 1",
        "2 compared",
        "import-orders/orders=20000 peak_rss",
        "Peak memory gate: pass",
    ),
    "asv": (
        "orders.peakmem_plain",
        "orders=100000,into='set'",
        "orders.Catalogue.peakmem_copy",
        "the instruments side by side",
        "wrote out/results.json",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("page", list(PAGES))
def test_a_pages_commands_do_what_it_says(page: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    assert blocks
    (tmp_path / "bin").mkdir()
    membench = tmp_path / "bin" / "membench"  # as an installation has it
    membench.write_text(
        f"#!{sys.executable}\nfrom membench.harness.commands.entry import run_and_exit\nrun_and_exit()\n"
    )
    membench.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-c", "".join(blocks)],
        cwd=tmp_path,
        env=os.environ
        | {"PATH": f"{membench.parent}:{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "120", **COMMITTER},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    for text in PAGES[page]:
        assert text in done.stdout, done.stdout
    assert "Traceback" not in done.stdout
    assert "crashed" not in done.stdout


def test_the_page_on_workloads_has_every_key() -> None:
    page = (DOCS / "workloads.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`([a-z_-]+)`", "".join(re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE))))
    known = {*settings.ROOT, *settings.WORKLOAD, *settings.GATE}
    assert listed == known - {"workloads", "gate"}
