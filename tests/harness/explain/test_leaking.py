"""Leaks of real workloads: in Python, in an extension that this builds, and in what only looks like one."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from acted_sessions import nobody

from membench.harness.errors import MeasurementError
from membench.harness.explain.leak import Leak
from membench.harness.explain.leaking import LeakSearch
from membench.harness.explain.measuring import Explaining, Side
from membench.harness.explain.slope import LeakVerdict
from membench.harness.model import Workload
from membench.harness.runs.session import Session
from membench.reports.explanations.leaks import leak_lines

HERE = Path(__file__).parent
_EXTENSION = """
#include <Python.h>
#include <stdlib.h>
#include <string.h>
static PyObject *keep(PyObject *self, PyObject *unused) {
    memset(malloc(1024), 1, 1024);
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"keep", keep, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "leaky", NULL, -1, methods};
PyMODINIT_FUNC PyInit_leaky(void) { return PyModule_Create(&module); }
"""


def search(tmp_path: Path, target: str, folder: Path = HERE, *, most_calls: int = 20_000, native: bool = False) -> Leak:
    trials = tmp_path / "trials"
    trials.mkdir()
    session = Session.begin({}, time_limit_seconds=300, jobs=1, scratch=trials)
    explaining = Explaining.keeping(session, tmp_path / "captures", nobody, native=native)
    workload = Workload(
        scenario=target,
        variant="default",
        target=target,
        parameters={},
        import_paths=(str(folder),),
        adapter="function",
    )
    side = Side(label=target, workload=workload, roots=(str(folder),))
    return LeakSearch(explaining=explaining, most_calls=most_calls).find(side)


@pytest.mark.slow
def test_a_list_that_grows_by_100_bytes_a_call_is_found_with_its_line_and_its_holder(tmp_path: Path) -> None:
    found = search(tmp_path, "leaking_workloads:grows")
    assert found.verdict is LeakVerdict.LEAK
    assert found.slope.per_call == pytest.approx(100, rel=0.2)
    assert found.slope.low <= 100 <= found.slope.high or found.slope.per_call == pytest.approx(100, rel=0.02)
    (path, *_) = found.paths
    assert path.frames[-1].place.function == "grows"
    assert path.frames[-1].place.text == "KEPT.append(bytes(59))"
    (holder, *_) = found.holders
    assert holder.name == ("global", "leaking_workloads", "KEPT")
    assert "B a call in the global `leaking_workloads.KEPT`: list of " in "\n".join(leak_lines(found))


@pytest.mark.slow
@pytest.mark.parametrize("target", ["cached", "clean"])
def test_a_bounded_cache_and_a_clean_call_are_no_leak(tmp_path: Path, target: str) -> None:
    found = search(tmp_path, f"leaking_workloads:{target}")
    assert found.verdict is LeakVerdict.NONE
    assert found.paths == found.holders == ()
    assert leak_lines(found)[0].startswith(f"leaking_workloads:{target}: no leak, ")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cc") is None, reason="builds an extension with a C compiler")
def test_an_extension_that_leaks_1_kib_a_call_is_found_though_python_sees_nothing(tmp_path: Path) -> None:
    (tmp_path / "leaky.c").write_text(_EXTENSION)
    (tmp_path / "calls_leaky.py").write_text("import leaky\ndef call():\n    leaky.keep()\n")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    include = sysconfig.get_path("include")
    command = ["cc", "-g", "-shared", "-fPIC", f"-I{include}", "leaky.c", "-o", f"leaky{suffix}"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"no extension can be built here: {built.stderr[-200:]}")
    found = search(tmp_path, "calls_leaky:call", tmp_path, native=True)
    assert found.slopes["live"].verdict is LeakVerdict.NONE
    assert (found.verdict, found.meter) == (LeakVerdict.LEAK, "resident")
    assert found.slope.per_call == pytest.approx(1040, rel=0.2)
    (path, *_) = found.paths
    assert [node.place.function for node in path.frames][-2:] == ["call", "keep"]
    assert path.frames[-1].place.file.endswith("leaky.c")


def test_a_call_that_fails_the_thirtieth_time_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match=r"failed when called again: .*\n.*the thirtieth call"):
        search(tmp_path, "leaking_workloads:fails", most_calls=40)
