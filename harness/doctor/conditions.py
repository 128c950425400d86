"""What a figure's exactness rests on, each tried out here: a setting may say one thing, and a container another."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from membench.harness.errors import MembenchError
from membench.harness.kernel.cgroups import CgroupUnavailableError, make_group
from membench.harness.kernel.controls import SCRUBBED_ENVIRONMENT, Controls, usable_cpus, why_randomised, why_unpinned
from membench.harness.kernel.live_tree import shows_own_numbers
from membench.harness.kernel.ptrace import WAIT_OPTIONS, Tracer
from membench.harness.model import Environment, Outcome
from membench.harness.trial.command import CommandTrial, run_command

APPROXIMATE_SINCE = (6, 2)
"""The kernel whose RSS counters became per-CPU ("mm: convert mm's rss stats into percpu_counter")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that a figure's exactness rests on."""

    name: str
    holds: bool
    text: str  # what it means; where it does not hold, why not and what to do


def conditions(controls: Controls, environment: Environment, root: Path = Path("/")) -> tuple[Condition, ...]:
    """Say what holds on this machine; `root` is where proc and sys are."""
    return (
        _randomisation(controls),
        _pinning(controls),
        Condition(
            name="hash_seed_and_environment_fixed",
            holds=controls.environment_scrubbed and controls.hash_seed is not None,
            text=f"a trial gets {', '.join(SCRUBBED_ENVIRONMENT)} and nothing else of the environment",
        ),
        _own_mark(root),
        _huge_pages(environment.thp),
        _swap(root),
        _counters(environment.kernel),
        _cgroup(),
        _numbers(),
        _end_is_told(),
        _account(),
        _ptrace(),
    )


def _randomisation(controls: Controls) -> Condition:
    if controls.address_randomisation_off:
        text = "every trial has its memory at the same addresses"
    elif reason := why_randomised():
        text = (
            f"{reason}. Containers often forbid it; Docker allows it with --security-opt seccomp=unconfined. "
            "Until then more trials are needed, and small rises are not found"
        )
    else:
        text = "could be turned off here, and was left on as asked"
    return Condition(name="address_randomisation_off", holds=controls.address_randomisation_off, text=text)


def _pinning(controls: Controls) -> Condition:
    if controls.pinned_cpu:
        text = "a trial runs on one CPU from its start to its end"
    elif reason := why_unpinned():
        text = f"{reason}. Ask whoever runs this machine; the spread below says what it costs"
    else:
        text = "could be done here, and was left out as asked"
    return Condition(name="pinned_to_one_cpu", holds=controls.pinned_cpu, text=text)


def _own_mark(root: Path) -> Condition:
    path = root / "proc/self/clear_refs"
    try:
        path.write_bytes(b"5")  # what each trial does to itself; here it is membench's own mark, which nobody reads
    except OSError as error:
        text = f"{path}: {error.strerror}. The meter peak_rss cannot work without; measure the program as a command"
        return Condition(name="peak_of_each_phase", holds=False, text=text)
    return Condition(name="peak_of_each_phase", holds=True, text="a trial may reset its own high-water mark")


def _huge_pages(thp: str) -> Condition:
    holds = thp != "always"
    text = f"transparent huge pages: {thp}" + (
        ", so a program gets them only where it asks"
        if holds
        else ". Memory may come 2 MiB at a time; set madvise in /sys/kernel/mm/transparent_hugepage/enabled"
    )
    return Condition(name="no_huge_pages_unasked", holds=holds, text=text)


def _swap(root: Path) -> Condition:
    try:
        lines = (root / "proc/swaps").read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        lines = []
    used = sum(int(line.split()[3]) for line in lines)
    if used:
        text = "in use: what is swapped out is not resident, so peaks may come out low. Free memory or swapoff"
    else:
        text = "there is some, but none of it is in use" if lines else "there is none"
    return Condition(name="no_swap_in_use", holds=not used, text=text)


def _counters(kernel: str) -> Condition:
    numbers = kernel.replace("-", ".").split(".")[:2]
    known = len(numbers) == len(APPROXIMATE_SINCE) and all(number.isdecimal() for number in numbers)
    holds = known and tuple(int(number) for number in numbers) < APPROXIMATE_SINCE
    text = f"kernel {kernel}: " + (
        "counts resident pages exactly"
        if holds
        else "since 6.2 each CPU counts resident pages for itself and the sum may lag; pinning keeps a trial on one"
    )
    return Condition(name="resident_counters_exact", holds=holds, text=text)


def _cgroup() -> Condition:
    try:
        group = make_group()
    except CgroupUnavailableError as error:
        return Condition(name="memory_cgroup", holds=False, text=str(error))
    version = group.version
    group.remove()
    text = f"{version}: a trial can have a memory limit, and a whole process tree be measured"
    return Condition(name="memory_cgroup", holds=True, text=text)


def _numbers() -> Condition:
    holds = shows_own_numbers()
    text = (
        "the numbers under /proc are those of the processes here"
        if holds
        else "/proc is that of another PID namespace, so no other process can be looked at: timelines are left out, "
        "and peak_tree needs a cgroup. Mount one of its own, as unshare --mount-proc does"
    )
    return Condition(name="own_process_numbers", holds=holds, text=text)


def _end_is_told() -> Condition:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        text = f"pidfd_open: {error.strerror}. A thread waits for each trial instead, and figures are the same"
        return Condition(name="process_descriptors", holds=False, text=text)
    return Condition(name="process_descriptors", holds=True, text="the end of a process is told, and its number kept")


def _account() -> Condition:
    """Measure a command that does nothing, as any other."""
    name = "account_of_commands"
    with Path(os.devnull).open("r+b") as nowhere:
        descriptor = nowhere.fileno()
        trial = CommandTrial(
            argv=(sys.executable, "-S", "-c", "pass"),
            meter="peak_rss",
            repeat=0,
            controls=Controls(address_randomisation_off=False, pinned_cpu=False, hash_seed=None),
            cpu=usable_cpus()[0],
            stdin=descriptor,
            stdout=descriptor,
            stderr=descriptor,
        )
        try:
            reading = run_command(trial)
        except MembenchError as error:
            return Condition(name=name, holds=False, text=f"a command could not be measured at all: {error}")
    facts = reading.command
    if reading.outcome is not Outcome.OK or facts is None:
        return Condition(name=name, holds=False, text=f"a command that does nothing ended as {reading.detail}")
    caveats = "; ".join(facts.caveats)
    text = caveats or "a command's peak is the kernel's account of its processes; neither perf nor ptrace is needed"
    return Condition(name=name, holds=facts.exact, text=text)


def _ptrace() -> Condition:
    holds = _can_trace()
    text = (
        "measure --trace can read each process of a command at its exit, and name it"
        if holds
        else "refused here: measure --trace polls instead. A command's peak does not need it"
    )
    return Condition(name="ptrace", holds=holds, text=text)


def _can_trace() -> bool:
    """Trace a process that waits, and end it."""
    command = [sys.executable, "-S", "-c", "input()"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - this interpreter
    tracer = Tracer(lambda _: None)
    try:
        return tracer.seize(process.pid)
    finally:
        process.kill()
        while True:
            pid, status = os.waitpid(process.pid, WAIT_OPTIONS)
            if not os.WIFSTOPPED(status):
                break
            tracer.handle(pid, status)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.stdin is not None:
            process.stdin.close()
