"""What a container refuses ends no run: each facility is done without, or the row says what is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[1]
EVERY = ("ptrace", "personality", "sched_setaffinity", "pidfd_open")
NAMESPACE = ("unshare", "--pid", "--fork")


def run(*before: str, meter: str = "peak_rss") -> Any:
    text = f"run --suite league --scenario smoke --variant all --meter {meter} --repeats 1 --format json"
    done = subprocess.run(
        [*before, sys.executable, "-m", "membench", *text.split()], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusing(*names: str) -> tuple[str, ...]:
    return sys.executable, str(HERE / "refused_calls.py"), ",".join(names)


@pytest.mark.parametrize("names", [EVERY, *((name,) for name in EVERY)], ids=",".join)
def test_a_trial_runs_without_what_is_refused(names: tuple[str, ...]) -> None:
    document = run(*refusing(*names))
    [sample] = document["samples"]
    assert sample["outcomes"] == ["ok"]
    controls = document["environment"]["controls"]
    assert controls["address_randomisation_off"] is False or "personality" not in names
    assert controls["pinned_cpu"] is False or "sched_setaffinity" not in names


def can_unshare() -> bool:
    return os.geteuid() == 0 and subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="only root can make a PID namespace here")
def test_in_a_namespace_without_its_own_proc_nothing_of_strangers_is_read() -> None:
    plain, [inside] = run()["samples"][0], run(*NAMESPACE)["samples"]
    assert inside["outcomes"] == ["ok"]
    assert inside["timeline"] is None
    assert inside["median_bytes"] == pytest.approx(plain["median_bytes"], rel=0.02)
