"""Inside the measured process: one trial in, one reading out.

Run as a script with the trial's scratch folder as its only argument: reads `request.json` there and leaves
`reading.json` and, line by line as they end, `phases.jsonl`. It imports the standard library and what the request
names; nothing else of this project, since every byte that it takes is in the figure.
"""

import json
import os
import signal
import sys
import time
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

REQUEST = "request.json"
READING = "reading.json"
PHASES = "phases.jsonl"
FIRST_PHASE = "before"
LAST_PHASE = "after"


class Phases:
    """Cuts a trial into phases, of which the meter gives the peaks.

    They are written down as they end: kept here, those of a run of ten thousand batches would be megabytes of the
    figure that they are about.
    """

    def __init__(self, meter: Any, scratch: str) -> None:
        self._meter = meter
        self._name = FIRST_PHASE
        self._started = time.monotonic()
        self._file = os.open(os.path.join(scratch, PHASES), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.peak: int | None = None
        """The largest peak of all phases that have ended; None where the meter does not know them."""

    def mark(self, name: str) -> None:
        """End the phase under way and begin the next one."""
        peak = self._meter.end_phase()
        now = time.monotonic()
        if peak is not None:
            os.write(self._file, f"{json.dumps((self._name, self._started, now, peak))}\n".encode())
            self.peak = max(peak, self.peak or 0)
        self._name, self._started = name, now


def main(scratch: str) -> None:
    """Run the trial that the scratch folder asks for."""
    with open(os.path.join(scratch, REQUEST), encoding="utf-8") as file:
        request = json.load(file)
    # Ends the process even if nobody is left to do so; the watcher outside acts first.
    signal.setitimer(signal.ITIMER_REAL, request["alarm_seconds"])
    sys.path += request["package_paths"]
    meter = _load(request["meter_file"]).METER
    workload = None
    if request["kind_file"]:
        sys.path[:0] = request["import_paths"]
        if request["folder"]:
            os.chdir(request["folder"])
        workload = _load(request["kind_file"]).make(request, _resolve)
        meter.start(scratch)
        meter.end_phase()  # what was taken until here is not counted
    else:
        meter.start(scratch)
        sys.path[:0] = request["import_paths"]
    phases = Phases(meter, scratch)
    try:
        if workload is None:
            workload = _resolve(request["target"])(**request["parameters"], scratch=scratch)
        workload.run(phases.mark)
        phases.mark(LAST_PHASE)
    finally:
        phases.mark("")
        reading = {"peak_bytes": phases.peak} | meter.finish(scratch)
        _write(os.path.join(scratch, READING), reading)
    # The peak is on disk: what checking the output takes is not in it.
    reading["digest"] = workload.digest()
    workload.close()
    _write(os.path.join(scratch, READING), reading)


def _load(path: str) -> Any:
    # By its file and not by its name: the harness need not be importable where a workload's own packages are.
    spec = spec_from_file_location("membench_" + os.path.basename(path)[:-3], path)
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


def _write(path: str, reading: dict[str, Any]) -> None:
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(reading, file)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main(sys.argv[1])
