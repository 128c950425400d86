"""Records real peaks: each program of programs.toml at each of its levels, 14 times, by `membench measure`.

    nice python tests/recorded/record.py --python PYTHON --membench MEMBENCH [--only NAME]...

PYTHON is an interpreter that has numpy, pandas, polars, pyarrow, duckdb, scipy, pillow, matplotlib, lxml, orjson,
scikit-learn, mypy and ruff. A program that is not on this machine is left out, and named. It takes about an hour; what
was recorded already is kept, so that it can be stopped. The levels of one program are run in turn, seven runs of each
and then seven more. `peaks.json` has, in KiB, the peaks in the order in which they were measured.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from inputs import make_inputs

HERE = Path(__file__).parent
PEAKS = HERE / "peaks.json"
KIB = 1024
ROUNDS = 2
RUNS = 7  # in each round


def main() -> None:
    """Record all programs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", required=True)
    parser.add_argument("--membench", required=True)
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    programs = tomllib.loads((HERE / "programs.toml").read_text())["program"]
    document = json.loads(PEAKS.read_text()) if PEAKS.exists() else _empty()
    with tempfile.TemporaryDirectory(prefix="peaks-") as folder:
        make_inputs(Path(folder), {name: program["levels"] for name, program in programs.items()})
        for name, program in programs.items():
            if name in document["programs"] or (options.only and name not in options.only):
                continue
            peaks = _record(program, options, folder)
            if peaks is None:
                sys.stdout.write(f"{name}: left out\n")
                continue
            document["programs"][name] = {"kind": program.get("kind", ""), "peaks": peaks}
            PEAKS.write_text(_compact(document))
            sys.stdout.write(f"{name}: {len(peaks)} peaks\n")


def _empty() -> dict[str, Any]:
    machine = f"{platform.system()} {platform.release()}, {platform.machine()}"
    return {"recorded_on": machine, "unit": "KiB", "programs": {}}


def _record(program: dict[str, Any], options: argparse.Namespace, folder: str) -> dict[str, list[int]] | None:
    peaks: dict[str, list[int]] = {}
    for runs in [1, *[RUNS] * ROUNDS]:  # the first warms up
        for level in program["levels"]:
            text = [
                word.replace("{n}", str(level)).replace("{python}", options.python).replace("{inputs}", folder)
                for word in program["command"]
            ]
            for meter in ["peak_rss", *program.get("meters", [])]:
                found = _measure(options.membench, meter, runs, text)
                if found is None:
                    return None
                if runs == RUNS:
                    peaks.setdefault(f"{meter} {level}", []).extend(found)
    return peaks


def _measure(membench: str, meter: str, runs: int, text: list[str]) -> list[int] | None:
    how = ["--meter", meter, "--repeats", str(runs), "--output", "discard", "--format", "json"]
    done = subprocess.run(
        [membench, "measure", *how, "--", *text], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        sys.stdout.write(done.stderr[-500:])
        return None
    return [peak // KIB for peak in json.loads(done.stdout)["samples"][0]["peak_bytes"]]


def _compact(document: dict[str, Any]) -> str:
    """Put each list of peaks on a line of its own."""
    head = {key: value for key, value in document.items() if key != "programs"}
    programs = ",\n".join(
        f'"{name}": {{"kind": "{program["kind"]}", "peaks": {{\n'
        + ",\n".join(f'  "{key}": {json.dumps(values)}' for key, values in program["peaks"].items())
        + "}}"
        for name, program in document["programs"].items()
    )
    return f'{json.dumps(head)[:-1]}, "programs": {{\n{programs}\n}}}}\n'


if __name__ == "__main__":
    main()
