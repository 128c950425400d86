"""What the two ends of a trial say to each other: a request goes in, and a claim comes out.

Both ends load this file, the measured process by its path, so it imports the standard library alone. What comes out is
called a claim because the workload ran in the process that wrote it: the other end takes nothing of it on trust.
"""

from typing import Any, TypedDict

REQUEST = "request.json"
CLAIM = "reading.json"
PHASES = "phases.jsonl"  # one line a phase, as it ends: name, start, end, peak in bytes or null
FIRST_PHASE = "before"
LAST_PHASE = "after"


class Request(TypedDict):
    """What the measured process is told. It removes the file at once, so that the workload does not find the token."""

    token: str  # to be repeated in the claim: who merely writes a file of that name does not know it
    target: str
    parameters: dict[str, Any]
    arguments: list[Any]
    setup: str
    folder: str  # to work in; "" for the scratch folder
    import_paths: list[str]
    package_paths: list[str]
    adapter_file: str  # "" where the target itself makes the workload
    meter_file: str
    alarm_seconds: float  # after which the process ends itself


class Site(TypedDict):
    """A place in the code, and how many bytes that it allocated were alive at the peak."""

    file: str
    line: int
    function: str
    bytes: int


class Claim(TypedDict, total=False):
    """What the measured process leaves. Written when the workload has run, and again when its output was checked."""

    token: str
    counted_from: float  # seconds of the monotonic clock; what was taken before, such as by a set-up, is not counted
    peak_bytes: int | None  # None where the meter reads from outside
    digest: str | None
    children_bytes: int  # the largest high-water mark of a process that it waited for; its own where that was larger
    source: str
    call_sites: list[Site]
