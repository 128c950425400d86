"""Workloads that trials of the tests run in processes of their own. Standard library only."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

MIB = 1024 * 1024


class Workload:
    """Does what its function does; its digest is what the function returns."""

    def __init__(self, function: Callable[[Callable[[str], None]], str]) -> None:
        self._function = function
        self._digest = ""

    def run(self, mark: Callable[[str], None]) -> None:
        self._digest = self._function(mark)

    def digest(self) -> str:
        return self._digest

    def close(self) -> None: ...


def spike(*, mib: int, scratch: str) -> Workload:
    """Touch so many MiB for a moment, in a phase between two quiet ones."""

    def run(mark: Callable[[str], None]) -> str:
        mark("quiet")
        mark("spike")
        held = b"x" * (mib * MIB)
        del held
        mark("quiet again")
        return "done"

    return Workload(run)


def many_phases(*, count: int, scratch: str) -> Workload:
    """Pass through so many phases, and take no memory in any."""

    def run(mark: Callable[[str], None]) -> str:
        for _ in range(count):
            mark("one of many")
        return "done"

    return Workload(run)


def die_in_phase(*, signal: int, scratch: str) -> Workload:
    """Be killed by a signal in the second phase."""

    def run(mark: Callable[[str], None]) -> str:
        mark("first")
        mark("second")
        return str(os.kill(os.getpid(), signal))

    return Workload(run)


def die(*, signal: int, scratch: str) -> Workload:
    """Be killed by a signal."""
    return Workload(lambda mark: str(os.kill(os.getpid(), signal)))


def leave(*, status: int, scratch: str) -> Workload:
    """End the process with a status, with nothing left behind for the harness."""
    return Workload(lambda mark: os._exit(status))


def fail(*, mib: int, scratch: str) -> Workload:
    """Take some memory, then raise."""

    def run(mark: Callable[[str], None]) -> str:
        held = b"x" * (mib * MIB)
        raise RuntimeError(f"after {len(held)} bytes")

    return Workload(run)


def hang(*, child_file: str, scratch: str) -> Workload:
    """Start a child that would outlive everybody, and wait for ever."""

    def run(mark: Callable[[str], None]) -> str:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        with open(child_file, "w") as file:
            file.write(str(child.pid))
        time.sleep(1000)
        return "never"

    return Workload(run)


def chatter(*, mib: int, scratch: str) -> Workload:
    """Write much to both outputs, and end."""

    def run(mark: Callable[[str], None]) -> str:
        for _ in range(mib):
            os.write(1, b"o" * MIB)
            os.write(2, b"e" * MIB)
        os.write(2, b"\nthe last line\n")
        raise SystemExit(9)

    return Workload(run)


def stream(*, items: int, scratch: str) -> Workload:
    """Stream so many trivial items in a phase of their own, after as many calls as any run makes."""
    import asyncio

    from membench.pipelines.parallel import process_in_parallel

    async def trivial(item: int) -> int:
        return item

    async def ignore(result: int) -> None: ...

    def run(mark: Callable[[str], None]) -> str:
        asyncio.run(process_in_parallel(range(100), trivial, 10, on_result=ignore))
        mark("start")
        mark("streaming")
        asyncio.run(process_in_parallel(range(items), trivial, 10, on_result=ignore))
        return "done"

    return Workload(run)


def forge(*, text: str, scratch: str) -> Workload:
    """Write a reading of its own, and end the process as if all were well."""

    def run(mark: Callable[[str], None]) -> str:
        with open(f"{scratch}/reading.json", "w") as file:
            file.write(text)
        os._exit(0)

    return Workload(run)


def understate(*, mib: int, scratch: str) -> Workload:
    """Hold so much for a while, then have the meter say that it was less."""

    def run(mark: Callable[[str], None]) -> str:
        held = b"x" * (mib * MIB)
        time.sleep(0.2)
        del held
        for module in list(sys.modules.values()):
            if hasattr(module, "Phases"):
                module.Phases.peak = property(lambda phases: MIB, lambda phases, peak: None)  # type: ignore[attr-defined]
        return "done"

    return Workload(run)


def start_a_child(*, mib: int, in_thread: bool, scratch: str) -> Workload:
    """Start a process that holds so much, and wait for it."""
    import threading

    code = f"held = b'x' * ({mib} << 20)"

    def start() -> None:
        subprocess.run([sys.executable, "-S", "-E", "-c", code], check=True)

    def run(mark: Callable[[str], None]) -> str:
        if in_thread:
            thread = threading.Thread(target=start)
            thread.start()
            thread.join()
        else:
            start()
        return "done"

    return Workload(run)


def leave_a_copy(*, scratch: str) -> Workload:
    """Fork a process that does not end itself where it should, but returns."""

    def run(mark: Callable[[str], None]) -> str:
        if child := os.fork():
            os.waitpid(child, 0)
        return "parent" if child else "child"

    return Workload(run)


def tell(*, scratch: str) -> Workload:
    """Tell the conditions that the process runs under."""

    def run(mark: Callable[[str], None]) -> str:
        names = ",".join(sorted(os.environ))
        modules = sorted(name for name in sys.modules if name.split(".")[0] in {"membench", "site", "click"})
        with open("/proc/self/personality") as file:
            randomised = not int(file.read(), 16) & 0x40000
        cpus = len(os.sched_getaffinity(0))
        return f"{names}|{modules}|randomised={randomised}|cpus={cpus}|args={len(sys.argv[0])}"

    return Workload(run)
