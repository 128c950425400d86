"""The index in a real PostgreSQL, where one is installed: the same tables, the same history."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from stored_runs import MIB, peaks

from membench.harness.history.index.database import open_database
from membench.harness.history.index.synchronising import synchronise
from membench.harness.history.reading import read_history

pytest.importorskip("psycopg", reason="pip install -e '.[postgres]'")
pytestmark = pytest.mark.slow
_AS_POSTGRES = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()


@pytest.fixture
def url() -> Iterator[str]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "/none")]
    if not programs[-1].exists():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    bin_folder = programs[-1].parent
    # Not below pytest's folder, which only its owner can enter; PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="membench-pg-") as folder:
        Path(folder).chmod(0o777)

        def run(*command: str) -> None:
            subprocess.run([*_AS_POSTGRES, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

        run(str(bin_folder / "initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "-N")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        control = (str(bin_folder / "pg_ctl"), "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
        run(*control, "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")


def test_it_tells_what_sqlite_tells(tmp_path: Path, url: str) -> None:
    runs = tmp_path / "runs"
    peaks(runs, *[60 * MIB] * 6, *[62 * MIB] * 4)
    for added in (10, 0):
        with open_database(url) as database:
            assert synchronise(database, runs).added == added
    ours, theirs = read_history(runs), read_history(url)
    assert theirs.series == ours.series
    assert [run.label for run in theirs.runs] == [run.label for run in ours.runs]
    (runs / "run-10" / "results.json").unlink()
    with open_database(url) as database:
        assert synchronise(database, runs).removed == 1
