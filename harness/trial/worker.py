"""Inside the measured process: one trial in, one claim out.

Run as a script with two arguments: the trial's scratch folder, where what it reads and leaves has the names that
`protocol` gives, and the folder of the harness. A third one is the folder of the links that the workload is imported
through, if it is (`fixed_paths`). It imports the standard library and what the request names; nothing else of this
project, since every byte that it takes is in the figure.
"""

import json
import os
import signal
import sys
import time
from importlib import import_module
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from membench.harness.trial.protocol import Claim, Request


class _CachingLoader(SourceFileLoader):
    """Keeps the bytecode of a module in a folder of the run, under the path by which the module is imported.

    The one beside the module was compiled under another path, by whoever imported it first. To put the right one in
    its place takes memory that depends on the length of both. Where the folder is read-only there is none at all.
    """

    folder: "str | None" = None

    def get_code(self, fullname: str) -> Any:
        """Get the code of a module; what that imports is not loaded meanwhile, and has its own place."""
        others = sys.pycache_prefix
        sys.pycache_prefix = self.folder
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix = others


class Phases:
    """Cuts a trial into phases, of which the meter gives the peaks.

    They are written down as they end: kept here, those of a run of ten thousand batches would be megabytes of the
    figure that they are about.
    """

    def __init__(self, meter: Any, path: str, first: str) -> None:
        self._meter = meter
        self._name = first
        self.started = self._since = time.monotonic()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.peak: int | None = None
        """The largest peak of all phases that have ended; None where the meter does not know them."""

    def mark(self, name: str) -> None:
        """End the phase under way and begin the next one."""
        peak = self._meter.end_phase()
        now = time.monotonic()
        # Also where the meter does not know the peak: when a phase was is known all the same.
        os.write(self._file, f"{json.dumps((self._name, self._since, now, peak))}\n".encode())
        if peak is not None:
            self.peak = max(peak, self.peak or 0)
        self._name, self._since = name, now


def main(scratch: str, harness: str, links: str = "") -> None:
    """Run the trial that the scratch folder asks for."""
    if links:
        _keep_bytecode_of(links)
    protocol = _load(os.path.join(harness, "trial", "protocol.py"))
    request = _take_request(os.path.join(scratch, protocol.REQUEST))
    # Ends the process even if nobody is left to do so; the watcher outside acts first.
    signal.setitimer(signal.ITIMER_REAL, request["alarm_seconds"])
    sys.path += request["package_paths"]
    meter = _load(request["meter_file"]).METER
    workload = None
    if request["adapter_file"]:
        sys.path[:0] = request["import_paths"]
        if request["folder"]:
            os.chdir(request["folder"])
        workload = _load(request["adapter_file"]).make(request, _resolve)
        meter.start(scratch)
        meter.end_phase()  # what was taken until here is not counted
    else:
        meter.start(scratch)
        sys.path[:0] = request["import_paths"]
    process = os.getpid()
    phases = Phases(meter, os.path.join(scratch, protocol.PHASES), protocol.FIRST_PHASE)
    claim: Claim = {"token": request["token"], "counted_from": phases.started}
    path = os.path.join(scratch, protocol.CLAIM)
    try:
        if workload is None:
            workload = _resolve(request["target"])(**request["parameters"], scratch=scratch)
        workload.run(phases.mark)
        phases.mark(protocol.LAST_PHASE)
    finally:
        if os.getpid() == process:  # and not a copy of it that the workload has forked and not ended
            phases.mark("")
            claim |= {"peak_bytes": phases.peak} | meter.finish(scratch)
            _write(path, claim)
    if os.getpid() != process:
        return
    # The peak is on disk: what checking the output takes is not in it.
    claim["digest"] = workload.digest()
    workload.close()
    claim["children_bytes"] = _largest_child()
    _write(path, claim)
    if not request["adapter_file"]:
        sys.stderr.flush()
        os._exit(0)  # to free every object of a large heap takes some of the trial's time, and is in no figure


def _take_request(path: str) -> "Request":
    """Read the request and remove it, so that the workload does not find the token of the claim."""
    with open(path, encoding="utf-8") as file:
        request: Request = json.load(file)
    os.unlink(path)
    return request


def _keep_bytecode_of(links: str) -> None:
    """Have what is imported through links in a folder keep its bytecode there."""
    _CachingLoader.folder = os.path.join(links, "bytecode")
    find = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (_CachingLoader, SOURCE_SUFFIXES))

    def hook(path: str) -> Any:
        if not path.startswith(links):
            raise ImportError(path)
        return find(path)

    sys.path_hooks.insert(0, hook)


def _largest_child() -> int:
    """Tell the largest high-water mark of the children that were waited for, and of those that these waited for."""
    from resource import RUSAGE_CHILDREN, getrusage  # noqa: PLC0415 - after the peak was taken: it is not in it

    return getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024


def _load(path: str) -> Any:
    # By its file and not by its name: the harness need not be importable where a workload's own packages are.
    name = "membench_" + os.path.basename(path)[:-3]
    loader = _CachingLoader(name, path) if _CachingLoader.folder else None
    spec = spec_from_file_location(name, path, loader=loader)
    assert spec is not None, path
    assert spec.loader is not None, path
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _resolve(target: str) -> Any:
    module, _, attribute = target.partition(":")
    found: Any = import_module(module)
    for name in attribute.split("."):
        found = getattr(found, name)
    return found


def _write(path: str, claim: "Claim") -> None:
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(claim, file)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
