"""An asv suite: what is found in it, and how it is run."""

import json
from pathlib import Path

import pytest
from command_line import membench
from suite_of_asv import write_suite

from membench.harness.errors import UsageError
from membench.harness.suites.asv import asv_suite, benchmark_folder

MIB = 1024 * 1024


def test_the_benchmarks_are_those_that_asv_finds_under_its_names(tmp_path: Path) -> None:
    write_suite(tmp_path)
    with asv_suite(tmp_path, "") as suite:
        found = [(workload.scenario, workload.variant) for workload in suite.workloads([], [])]
    assert found == [
        ("deep.classes.Sized.peakmem_hold", "size=10,param2='bytes'"),
        ("deep.classes.Sized.peakmem_hold", "size=40,param2='bytes'"),
        ("deep.classes.Sized.peakmem_hold", "size=40,param2=<bench.deep.classes.Thing object>"),
        ("deep.classes.Same.peakmem_same", "param1=1 (0)"),
        ("deep.classes.Same.peakmem_same", "param1=1 (1)"),
        ("deep.classes.Cached.peakmem_read", "default"),
        ("deep.classes.Inheriting.peakmem_read", "default"),
        ("plain.peakmem_plain", "default"),
        ("plain.peakmem_raises", "default"),
        ("shop.peakmem_under_another_name", "default"),
    ]


def test_a_class_that_inherits_a_setup_cache_shares_it_and_all_caches_are_gone_afterwards(tmp_path: Path) -> None:
    write_suite(tmp_path)
    with asv_suite(tmp_path, "") as suite:
        workloads = suite.prepare(suite.workloads([], []))
        caches = {workload.folder for workload in workloads if workload.scenario.endswith("_read")}
        [cache] = caches
        assert sorted(path.name for path in Path(cache).iterdir()) == ["beside", "cache.pickle"]
        assert {workload.time_limit_seconds for workload in workloads if "hold" in workload.scenario} == {30}
        assert not any("Thing" in workload.variant for workload in workloads), "its set-up declines"
    assert not Path(cache).exists()


def test_a_suite_runs_as_it_stands(tmp_path: Path) -> None:
    write_suite(tmp_path)
    done = membench("run", "--asv", ".", "--repeats", "1", "--format", "json", cwd=tmp_path)
    assert done.returncode == 3, "two fail"
    assert "Sized.peakmem_hold/size=40,param2=<bench.deep.classes.Thing object> declines to run" in done.stderr
    samples = {(one["scenario"], one["variant"]): one for one in json.loads(done.stdout)["samples"]}
    outcomes = {key: one["outcomes"][0] for key, one in samples.items()}
    failed = [("plain.peakmem_raises", "default"), ("deep.classes.Cached.peakmem_read", "default")]
    assert {key for key, outcome in outcomes.items() if outcome != "ok"} == set(failed)
    assert "ValueError: no orders" in samples[failed[0]]["failures"][0]
    assert "RuntimeError: torn down" in samples[failed[1]]["failures"][0]
    small, large = (
        samples["deep.classes.Sized.peakmem_hold", f"size={size},param2='bytes'"]["median_bytes"] for size in (10, 40)
    )
    assert large < 80 * MIB, "what the set-up took for a moment is not in it"
    assert large - small == pytest.approx(30_000_000, abs=MIB)


def test_one_benchmark_is_asked_for_by_its_name_and_its_variant(tmp_path: Path) -> None:
    write_suite(tmp_path)
    with asv_suite(tmp_path / "bench", "") as suite:
        assert len(suite.workloads(["deep.classes.Sized.peakmem_hold"], ["size=10,param2='bytes'"])) == 1
        values = [one.varied for one in suite.workloads(["deep.classes.Sized.peakmem_hold"], [])]
        assert {"size": 10, "param2": "bytes"} in values
        assert {"size": 40, "param2": "<bench.deep.classes.Thing object>"} in values
        with pytest.raises(UsageError, match="No benchmark named 'nosuch'"):
            suite.workloads(["nosuch"], [])
        with pytest.raises(UsageError, match="No variant named 'nosuch'"):
            suite.workloads([], ["nosuch"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nosuchpackage", "Reading .* failed: .*No module named 'nosuchpackage'"),
        (
            "def peakmem_a(n): pass\npeakmem_a.params = [[*range(1000)], [*range(900)]]",
            "900,000 combinations .* at most 10,000",
        ),
        (
            "class A:\n    def setup_cache(self): 1 / 0\n    def peakmem_a(self, c): pass",
            "setup_cache .* division by zero",
        ),
        ("def time_a(): pass", "has no benchmarks named peakmem_"),
    ],
)
def test_a_suite_that_cannot_be_read_is_one_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").write_text(text)
    with pytest.raises(UsageError, match=said), asv_suite(tmp_path / "bench", "") as suite:
        suite.prepare(suite.workloads([], []))


def test_what_cannot_be_loaded_fails_by_its_name_and_the_rest_runs(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    files = {
        "__init__": "",
        "broken": "import nosuchpackage",
        "unmade": "class A:\n    def __init__(self, n): pass\n    def peakmem_a(self): pass",
        "whole": "def peakmem_held(): return bytes(2**20)",
    }
    for name, text in files.items():
        (tmp_path / "bench" / f"{name}.py").write_text(text)
    done = membench("run", "--asv", "bench", "--repeats", "1", "--format", "json", cwd=tmp_path)
    assert done.returncode == 3
    samples = {one["scenario"]: one for one in json.loads(done.stdout)["samples"]}
    assert {name: one["outcomes"] for name, one in samples.items()} == {
        "broken": ["crashed"],
        "unmade.A.peakmem_a": ["crashed"],
        "whole.peakmem_held": ["ok"],
    }
    assert "No module named 'nosuchpackage', at broken.py:1" in samples["broken"]["failures"][0]


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ('{"version": 1, "project": "shop", "repo": ".", "benchmark_dir": "perf", "env_dir": ".asv/env"}', "perf"),
        (
            '{\n  /* it was\n  "benchmark_dir": "old",\n  */\n  "repo": ".", // here\n  "benchmark_dir": "perf",\n}',
            "perf",
        ),
        ('{\n  // "benchmark_dir": "perf",\n  "repo": "."\n}', "benchmarks"),
    ],
)
def test_asvs_own_file_is_read_as_asv_reads_it(tmp_path: Path, text: str, folder: str) -> None:
    for name in ("perf", "old", "benchmarks"):
        (tmp_path / name).mkdir()
    (tmp_path / "asv.conf.json").write_text(text)
    assert benchmark_folder(tmp_path) == tmp_path / folder


@pytest.mark.parametrize("text", ["", "[]", "{", '{"benchmark_dir": 7}', '{"benchmark_dir": "a\\u0000b"}', "[" * 5000])
def test_a_file_that_asv_could_not_read_either_is_one_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "asv.conf.json").write_text(text)
    with pytest.raises(UsageError, match=r"asv\.conf\.json"):
        benchmark_folder(tmp_path)


def test_the_folder_is_found_by_asvs_own_file(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    assert benchmark_folder(tmp_path) == tmp_path
    (tmp_path / "asv.conf.json").write_text('{"version": 1\n, // "benchmark_dir": "other"\n}')
    assert benchmark_folder(tmp_path) == tmp_path / "benchmarks"
    (tmp_path / "asv.conf.json").write_text('{\n  "benchmark_dir": "./gone",\n}')
    with pytest.raises(UsageError, match=r"names .*gone as its benchmark_dir, which is no folder"):
        benchmark_folder(tmp_path)


def test_a_gate_on_commits_is_refused_because_the_installed_project_is_measured(tmp_path: Path) -> None:
    write_suite(tmp_path)
    with asv_suite(tmp_path, "") as suite:
        assert suite.defined_in(tmp_path) == set()
        with pytest.raises(UsageError, match="as it is installed"):
            suite.at([], tmp_path, tmp_path)
