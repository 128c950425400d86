"""From measured points to what is asked for."""

import configparser
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.errors import UsageError
from membench.harness.model import Outcome
from membench.harness.sizing.forms import form_names, label, load_form
from membench.harness.sizing.forms.xdist import available_bytes
from membench.harness.sizing.formula import fit, predict, varying
from membench.harness.sizing.knee import is_calm, knee
from membench.harness.sizing.model import Measured, Point, Size
from membench.harness.sizing.recommending import recommend, rounded
from membench.harness.units import GIB, MIB

SIZE = Size("Import_Orders/orders=10", 60 * MIB + 1, 70 * MIB, ("because",))


def point(mib: int, stalled: float | None, *, slowdown: float = 1.0, outcome: Outcome = Outcome.OK) -> Point:
    return Point(mib * MIB, outcome, slowdown, 1.0, stalled, 5, 3, 0)


def test_the_knee_is_the_lowest_limit_from_which_on_nothing_waits() -> None:
    points = [point(20, 0.4), point(22, 0.01), point(24, 0.05), point(26, 0.01), point(28, 0.0)]
    found = knee(points)
    assert found is not None
    assert found.limit_bytes == 26 * MIB
    assert knee(points[:3]) is None


def test_time_decides_only_where_the_kernel_does_not_tell_of_stalls() -> None:
    assert is_calm(point(20, 0.0, slowdown=1.5))
    assert not is_calm(point(20, None, slowdown=1.5))
    assert is_calm(point(20, None, slowdown=1.05))
    assert not is_calm(point(20, 0.0, outcome=Outcome.OUT_OF_MEMORY))


def test_what_is_recommended_is_the_knee_with_room_for_the_spread() -> None:
    measured = Measured((40 * MIB, 43 * MIB), 30 * MIB, (point(30, 0.5), point(36, 0.0), point(39, 0.0)), "v", "here")
    size = recommend("job", measured)
    assert size.request_bytes == 39 * MIB
    assert size.request_bytes < size.limit_bytes <= 1.15 * size.request_bytes
    told = " ".join(size.reasons)
    assert "The floor is 30.00 MiB" in told
    assert "The knee is 36.00 MiB" in told
    assert "read from here" in told


def test_where_no_limit_was_calm_that_is_said() -> None:
    size = recommend("job", Measured((40 * MIB,), 30 * MIB, (point(30, 0.5), point(90, 0.3)), "v", "here"))
    assert size.request_bytes == 90 * MIB
    assert "No limit up to 90.00 MiB was calm" in " ".join(size.reasons)


def test_a_formula_of_two_inputs_is_found() -> None:
    inputs = [{"orders": float(orders), "lines": float(lines)} for orders in (10, 20, 40) for lines in (1, 5)]
    peaks = [round(60 * MIB + 2048 * one["orders"] + 4096 * one["lines"]) for one in inputs]
    formula = fit(inputs, peaks, ["orders", "lines"])
    assert formula is not None
    assert formula.straight
    assert formula.intercept_bytes == pytest.approx(60 * MIB, rel=1e-6)
    assert dict(formula.per) == pytest.approx({"orders": 2048, "lines": 4096}, rel=1e-3)
    assert formula.measured["orders"] == (10, 40)
    at = predict(formula, {"orders": 1000, "lines": 1})
    assert at == pytest.approx(60 * MIB + 2_052_096, rel=1e-3)
    with pytest.raises(UsageError, match="orders, lines"):
        predict(formula, {"orders": 1})


def test_too_few_sizes_make_no_formula() -> None:
    assert fit([{"n": 1.0}, {"n": 2.0}], [10, 20], ["n"]) is None
    assert fit([{"n": 1.0}] * 4, [10, 20, 30, 40], ["n"]) is None


def test_only_numbers_that_differ_are_inputs() -> None:
    inputs: list[dict[str, Any]] = [{"n": 1, "kind": "a", "same": 2, "flag": True}, {"n": 3, "kind": "b", "same": 2}]
    assert varying(inputs) == ("n",)


def test_inputs_beyond_what_was_measured_are_said_to_be() -> None:
    inputs = [{"n": float(n)} for n in (10, 20, 30, 40)]
    formula = fit(inputs, [round(10 * MIB + n * MIB) for n in (10, 20, 30, 40)], ["n"])
    measured = Measured((50 * MIB,), 40 * MIB, (point(50, 0.0),), "v", "here")
    size = recommend("job", measured, formula, {"n": 100.0})
    assert size.request_bytes == pytest.approx(110 * MIB, rel=0.02)
    assert any("n lies beyond what was measured" in reason for reason in size.reasons)


@given(size=st.integers(1, 1 << 40))
def test_rounding_never_takes_away(size: int) -> None:
    assert size <= rounded(size) <= size + 64 * MIB


@pytest.mark.parametrize("name", form_names())
def test_a_form_has_a_summary_and_writes_the_limit(name: str) -> None:
    form = load_form(name)
    assert form.summary
    assert form.render(SIZE).endswith("\n")


def test_what_is_for_kubernetes_is_a_valid_pod() -> None:
    pod = yaml.safe_load(load_form("kubernetes").render(SIZE))
    resources = pod["spec"]["containers"][0]["resources"]
    assert resources == {"requests": {"memory": "61Mi"}, "limits": {"memory": "70Mi"}}
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    kubernetes_validate.validate(pod, "1.30", strict=True)


def test_each_form_says_what_its_reader_reads() -> None:
    text = {name: load_form(name).render(SIZE) for name in form_names()}
    assert "--memory=70m --memory-swap=70m --memory-reservation=61m" in text["docker"]
    assert "#SBATCH --mem=70M" in text["slurm"]
    assert "memory = { 70.MB * task.attempt }" in text["nextflow"]
    assert yaml.safe_load(text["github"]) == {"runs-on": "ubuntu-latest"}
    unit = configparser.ConfigParser()
    unit.read_string(text["systemd"])
    assert unit["Service"]["memorymax"] == "77M"
    assert '--membench-limit "70 MiB"' in text["xdist"]


def test_a_larger_size_wants_a_larger_runner() -> None:
    assert "ubuntu-latest-8-cores" in load_form("github").render(SIZE._replace(limit_bytes=20 * GIB))
    assert "no hosted runner" in load_form("github").render(SIZE._replace(limit_bytes=500 * GIB))


def test_an_unknown_form_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="kubernetes"):
        load_form("nomad")


def test_what_a_machine_can_give_is_read(tmp_path: Any) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 5 kB\n", encoding="ascii")
    assert available_bytes(tmp_path / "meminfo") == 5 * 1024


@given(name=st.text(max_size=80))
def test_any_name_becomes_one_that_a_cluster_takes(name: str) -> None:
    made = label(name)
    assert 0 < len(made) <= 40
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")
