"""Sets membench's figures for an asv suite beside those of `asv run`, in the same interpreter, as a Markdown table.

    python3 -m venv .venv-asv && .venv-asv/bin/pip install asv virtualenv
    .venv/bin/python tests/peers/asv_agreement.py .venv-asv/bin

The suite is that of examples/shop. What asv's own process holds when a benchmark begins is a benchmark of that suite,
`track_resident`; what membench's holds is the phase before the call in `peakmem_nothing`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

SHOP = Path(__file__).parents[2] / "examples" / "shop"
MIB = 1024 * 1024
RESIDENT = "orders.track_resident"
NOTHING = "orders.peakmem_nothing"

Figures = dict[tuple[str, str], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("asv_bin", type=Path, help="the folder with asv and the Python that runs the benchmarks")
    asv_bin = parser.parse_args().asv_bin.absolute()
    with tempfile.TemporaryDirectory() as scratch:
        shop = Path(shutil.copytree(SHOP, Path(scratch) / "shop"))
        (shop / "pyproject.toml").write_text(f'[tool.membench]\npython = "{asv_bin / "python"}"\n')
        asv = asv_figures(shop, asv_bin)
        ours, held = membench_figures(shop)
    overhead = asv.pop((RESIDENT, "default")) - held
    write(f"asv's process holds {overhead / MIB:.2f} MiB more than membench's when a benchmark begins.\n")
    write("| benchmark | asv run | membench run --asv | difference | less what asv holds |")
    write("| --- | ---: | ---: | ---: | ---: |")
    for key, peak in ours.items():
        difference = asv[key] - peak
        cells = [f"{value / MIB:.2f}" for value in (asv[key], peak, difference, difference - overhead)]
        write(f"| {' '.join(key).removesuffix(' default')} | {' | '.join(cells)} |")


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def asv_figures(shop: Path, asv_bin: Path) -> Figures:
    """Run asv in a repository of its own, and read what it has written."""
    environment = os.environ | {"HOME": str(shop), "PATH": f"{asv_bin}:{os.environ['PATH']}"}

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=shop, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    run("git", "init", "--quiet")
    run("git", "add", "--all")
    run("git", "-c", "user.name=shop", "-c", "user.email=shop@localhost", "commit", "--quiet", "--message", "shop")
    commit = run("git", "rev-parse", "HEAD").strip()
    run("asv", "machine", "--yes")
    run("asv", "run", "--environment", f"existing:{asv_bin / 'python'}", "--set-commit-hash", commit)
    [stored] = [path for path in (shop / "results").glob("*/*.json") if path.name != "machine.json"]
    document = json.loads(stored.read_text())
    found: Figures = {}
    for name, entry in document["results"].items():
        fields = dict(zip(document["result_columns"], entry, strict=False))
        names = PARAM_NAMES.get(name, ())
        for values, peak in zip(product(*fields["params"]), fields["result"], strict=True):
            variant = ",".join(f"{one}={value}" for one, value in zip(names, values, strict=True))
            found[name, variant or "default"] = peak
    return found


PARAM_NAMES = {"orders.Collect.peakmem_collect": ("orders", "into")}  # asv's results do not have them


def membench_figures(shop: Path) -> tuple[Figures, int]:
    """Run membench; give each peak, and what the process holds before it calls anything."""
    command = [sys.executable, "-m", "membench", "run", "--asv", ".", "--format", "json"]
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=True)
    samples: list[dict[str, Any]] = json.loads(done.stdout)["samples"]
    held = next(sample["phases"]["before"] for sample in samples if sample["scenario"] == NOTHING)
    return {(sample["scenario"], sample["variant"]): sample["median_bytes"] for sample in samples}, held


if __name__ == "__main__":
    main()
