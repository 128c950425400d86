"""The heap at its peak by whole call paths, Python children included, from captures that memray writes.

As the meter `memray`, with three more: whole stacks are kept instead of innermost frames, Pythons that are forked,
started or exec'd are captured too, and the captures stay as artifacts, for `membench explain`. With MEMBENCH_NATIVE=1
in the workload's environment the stacks have the frames of C libraries as well.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PHASES = "phases.jsonl"  # the worker's
_FOLLOWING = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "explain", "following.py")


class CallPaths:
    """Has memray write down every allocation of a process and of the Pythons that come from it."""

    summary = "the peak of the heap by whole call paths, Python children included; keeps memray's captures"

    def __init__(self) -> None:
        self._follower: Any = None

    def start(self, scratch: str) -> None:
        """Begin the capture, a file in the scratch folder."""
        following = _following()
        self._follower = following.Follower(
            scratch, _package_paths(), native=os.environ.get(following.NATIVE, "") == "1"
        )
        self._follower.write_hook()
        self._follower.begin(following.CAPTURE)

    def end_phase(self) -> None:
        """Know no phases: the capture is read as a whole."""

    def finish(self, scratch: str) -> dict[str, Any]:
        """End the capture."""
        del scratch
        assert self._follower is not None, "finish before start"
        self._follower.end()
        return {}


def _following() -> Any:
    # By its file: the harness need not be importable here.
    spec = spec_from_file_location("membench_following", _FOLLOWING)
    assert spec is not None, _FOLLOWING
    assert spec.loader is not None, _FOLLOWING
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _package_paths() -> list[str]:
    """Say where memray is installed, for started Pythons that may have other packages or none."""
    return [path for path in sys.path if os.path.isdir(os.path.join(path, "memray"))][:1]


METER = CallPaths()
NEEDS_PACKAGES = True
NAMES_FILES = True


def collect(scratch: "Path", artifacts: "Path | None") -> dict[str, Any]:
    """Take the peak and its call sites from the capture, and keep all captures if they can be kept.

    Raises:
        MeasurementError: a trial that came to its end left no capture that can be read.
    """
    from membench.harness.meters import memray  # noqa: PLC0415 - not in the measured process

    found = memray.read_peak(scratch)
    if artifacts is not None and found:
        found["artifacts"] = _keep(scratch, artifacts)
    return found


def _keep(scratch: "Path", artifacts: "Path") -> list[str]:
    """Move the captures of a trial to a folder of their own, with the file that says who started whom."""
    import shutil  # noqa: PLC0415 - not in the measured process

    following = _following()
    folder = artifacts / f"captures-{scratch.name}"
    folder.mkdir(parents=True)
    found = [path for path in scratch.iterdir() if path.name in {following.STARTS, PHASES} or ".bin" in path.name]
    for path in found:
        # Both may be needed: what reads the trial comes after.
        shutil.copy(path, folder) if path.name == PHASES else shutil.move(path, folder)
    return [f"{artifacts.name}/{folder.name}/{path.name}" for path in sorted(found)]
