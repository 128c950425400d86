"""Every verb that chooses workloads, on every suite: it works, or says in one line what to use instead.

`pytest -m slow -s` on this file prints the table.
"""

import sys
from pathlib import Path

import pytest
from command_line import membench
from git_repositories import commit, repository

CALL = '[tool.membench.workloads.jobs]\ncall = "jobs:work"\nparams = { more = [false, true] }\n'
COMMAND = (
    '[tool.membench.workloads.jobs]\ncommand = ["python3", "jobs.py", "{more}"]\nparams = { more = [false, true] }\n'
)
JOBS = """
def work(more):
    return len(b"x" * (2**21 * RISE + 2**20 * (2 if more else 1)))


if __name__ == "__main__":
    import sys
    work(sys.argv[1] == "true")
"""
ASV = "def peakmem_plain():\n    return bytes(2**20)\n"

FEW = {
    "run": ("run", "--repeats", "1"),
    "gate": ("gate", "--against", "HEAD", "-k", "all or true or plain"),
    "attribute": ("attribute",),
    "scale": ("scale", "--sizes", "1,2,3"),
    "floor": ("floor",),
    "bisect": ("bisect", "HEAD~1", "HEAD"),
}
SMALL = {
    "run": ("--scenario", "smoke", "--variant", "all"),
    "gate": ("--scenario", "smoke", "--variant", "all"),
    "attribute": ("--scenario", "smoke", "--switch", "fix-5"),
    "scale": ("--variant", "all"),
    "floor": ("--scenario", "smoke", "--variant", "all"),
    "bisect": ("--scenario", "smoke", "--variant", "all"),
}
WORKS = "works"
INSTEAD = {
    ("attribute", "asv"): "define the function as a workload of pyproject.toml",
    ("scale", "asv"): "membench run --asv DIR",
    ("scale", "call"): "measure your own with membench run",
    ("scale", "command"): "measure your own with membench run",
    ("gate", "league"): "describe workloads in [tool.membench.workloads] of pyproject.toml",
    ("gate", "asv"): "Install each version, keep its results with membench run --asv DIR",
    ("bisect", "league"): "describe workloads in [tool.membench.workloads] of pyproject.toml",
    ("bisect", "asv"): "Install each version, keep its results with membench run --asv DIR",
}


def project(folder: Path, settings: str) -> Path:
    made = repository(folder)
    files = {"pyproject.toml": settings, "suite/peak.py": ASV}
    commit(made, **files, **{"jobs.py": f"RISE = 0\n{JOBS}"})
    commit(made, "a rise", **{"jobs.py": f"RISE = 1\n{JOBS}"})
    return made


def table(found: dict[tuple[str, str], str]) -> str:
    suites = dict.fromkeys(suite for _, suite in found)
    lines = ["".join(f"{name:12}" for name in ("", *suites))]
    for verb in FEW:
        cells = (WORKS if found[verb, suite] == WORKS else "instead" for suite in suites)
        lines.append("".join(f"{name:12}" for name in (verb, *cells)))
    lines += [f"{verb} on {suite}: {text}" for (verb, suite), text in found.items() if text != WORKS]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_each_verb_works_on_each_suite_or_says_what_to_use_instead(tmp_path: Path) -> None:
    suites = {
        "league": (project(tmp_path / "league", ""), {verb: SMALL[verb] for verb in FEW}),
        "call": (project(tmp_path / "call", CALL), {}),
        "command": (project(tmp_path / "command", COMMAND), {}),
        "asv": (project(tmp_path / "asv", ""), dict.fromkeys(FEW, ("--asv", "suite"))),
    }
    found = {}
    for verb, words in FEW.items():
        for suite, (folder, more) in suites.items():
            done = membench(*words, *more.get(verb, ()), cwd=folder)
            refused = done.returncode == 2 and done.stderr.count("\n") <= 2 and done.stdout == ""
            found[verb, suite] = WORKS if done.returncode == 0 else done.stderr.strip() if refused else repr(done)
    sys.stdout.write("\n" + table(found))
    for cell, text in found.items():
        assert (text == WORKS) == (cell not in INSTEAD), (cell, text)
        assert INSTEAD.get(cell, WORKS) in text, (cell, text)


@pytest.mark.slow
def test_the_gate_bounds_an_asv_suite_by_a_baseline(tmp_path: Path) -> None:
    folder = project(tmp_path / "asv", "")
    suite = ("--asv", "suite", "-k", "plain")
    assert membench("run", *suite, "--out", "out", cwd=folder).returncode == 0
    gate = ("gate", *suite, "--baseline", "out/results.json")
    assert membench(*gate, cwd=folder).returncode == 0
    (folder / "suite" / "peak.py").write_text("def peakmem_plain():\n    return b'x' * 2**22\n")
    done = membench(*gate, cwd=folder)
    assert done.returncode == 1
    assert "regression" in done.stdout
    refused = membench("gate", "out/results.json", "-k", "plain", "--baseline", "out/results.json", cwd=folder)
    assert (refused.returncode, "-k and --tag are for measuring" in refused.stderr) == (2, True)
