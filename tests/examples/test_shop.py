"""The example project, used as somebody would who has copied it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import membench

from membench.harness.suites.configuration import read_configuration

SHOP = Path(__file__).parents[2] / "examples" / "shop"
MIB = 1024 * 1024


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__")))


def test_its_workloads_keep_their_budgets_and_a_stream_does_not_grow_with_its_length(shop: Path) -> None:
    done = membench("run", "--repeats", "1", "--format", "json", cwd=shop)
    assert done.returncode == 0, done.stderr
    peaks = {sample["variant"]: sample["median_bytes"] for sample in json.loads(done.stdout)["samples"]}
    assert list(peaks) == [
        "orders=2000,stream=false",
        "orders=2000,stream=true",
        "orders=20000,stream=false",
        "orders=20000,stream=true",
        "invoices=5000",
    ]
    assert peaks["orders=20000,stream=false"] > peaks["orders=20000,stream=true"] + 8 * MIB
    assert peaks["orders=20000,stream=true"] < peaks["orders=2000,stream=true"] + MIB


def test_its_gate_allows_what_it_says() -> None:
    gate = read_configuration(SHOP).gate.thresholds
    assert (gate.relative, gate.absolute_bytes, gate.slope_bytes) == (0.01, 256 * 1024, 64)


def test_its_gate_stops_a_change_that_keeps_what_was_streamed(shop: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=shop", "-c", "user.email=shop@localhost")
        subprocess.run(["git", *identity, *arguments], cwd=shop, check=True, capture_output=True)

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "shop")
    module = shop / "src" / "shop" / "imports.py"
    module.write_text(module.read_text().replace("rows if stream else list(rows)", "list(rows)"))
    only = ("--scenario", "import-orders", "--variant", "orders=20000,stream=true")
    done = membench("gate", "--against", "HEAD", *only, "--format", "json", cwd=shop)
    assert done.returncode == 1, done.stdout + done.stderr
    [row] = json.loads(done.stdout)["rows"]
    assert (row["scenario"], row["verdict"]) == ("import-orders", "regression")
    assert row["shift_bytes"] > 8 * MIB
    assert any(cause["function"] == "import_orders" for cause in row["causes"])


def test_its_asv_suite_runs(shop: Path) -> None:
    done = membench("run", "--asv", ".", "-k", "copy or parse", "--repeats", "1", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "orders.Catalogue.peakmem_copy" in done.stdout


def test_its_own_tests_pass(shop: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=shop,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
