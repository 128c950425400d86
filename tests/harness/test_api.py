"""The public interface: what `import membench` offers."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import ENVIRONMENT, results, sample

import membench
from membench.harness.trial.import_root import IMPORT_ROOT
from membench.harness.units import MIB


def test_importing_it_loads_nothing_and_every_name_is_there() -> None:
    code = (
        "import sys; before = set(sys.modules); import membench; print(sorted(set(sys.modules) - before));"
        "print(sorted(name for name in membench.__all__ if getattr(membench, name)) == dir(membench))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.append({str(IMPORT_ROOT)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['membench']\nTrue\n"


def test_a_name_that_is_not_offered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'measrue'"):
        _ = membench.measrue  # type: ignore[attr-defined]  # the point of the test


def test_a_function_is_measured_written_read_and_gated(tmp_path: Path) -> None:
    small = membench.measure("called_functions:hold", args=[1, MIB], name="hold", repeats=3)
    (one,) = small.samples
    assert (one.scenario, one.outcomes) == ("hold", (membench.Outcome.OK,) * 3)
    large = membench.measure("called_functions:hold", args=[9, MIB], name="hold", repeats=3)
    membench.write_results(large, tmp_path / "new" / "large.json")
    head = membench.read_results(tmp_path / "new" / "large.json")
    (row,) = membench.compare(small, head).rows
    assert row.shift is not None
    assert abs(row.shift.bytes - 8 * MIB) < MIB
    assert membench.gate(small, small).verdict is membench.Verdict.PASS


def test_a_command_keeps_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELD_MIB", "50")
    code = "import os; held = b'x' * (int(os.environ['HELD_MIB']) << 20)"
    (one,) = membench.measure([sys.executable, "-c", code], name="held", repeats=1).samples
    assert one.median_bytes is not None
    assert 50 * MIB < one.median_bytes < 90 * MIB


def test_a_trial_that_fails_is_an_outcome() -> None:
    (one,) = membench.measure(["sh", "-c", "exit 7"], repeats=1).samples
    assert one.failed
    assert "exit status 7" in one.failures[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": lambda: None}, "cannot be imported by that name"),
        ({"target": []}, "A command is a list of its words"),
        ({"target": ["true"], "args": [1]}, "are those of a function"),
        ({"target": "a:b", "repeats": 0}, "at least 1"),
        ({"target": "a:b", "timeout": 0}, "more than 0 seconds"),
        ({"target": "a:b", "meter": "psss"}, "No meter named 'psss'"),
        ({"target": "a:b", "memory_limit": "64"}, "is not a size"),
        ({"target": "a:b", "args": [object()]}, "crosses a process boundary"),
    ],
)
def test_a_mistake_is_an_error_that_says_what_to_do(arguments: dict[str, object], said: str) -> None:
    target = arguments.pop("target")
    with pytest.raises(membench.UsageError, match=said):
        membench.measure(target, **arguments)  # type: ignore[arg-type]  # mistakes are


def test_a_gate_over_two_environments_says_so() -> None:
    base = results(sample("all", (100, 100, 100)))
    head = replace(base, environment=replace(ENVIRONMENT, kernel="7.0"))
    (warning,) = membench.gate(base, head).warnings
    assert warning.startswith("The base was measured elsewhere: kernel ")
