"""The fixture `peak_memory`: measures a function in a process of its own, as `membench run` does."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pytest

from membench.harness.errors import MembenchError, UsageError
from membench.harness.kernel.controls import available_controls, usable_cpus
from membench.harness.meters import meter_file
from membench.harness.model import WARM_UP, Outcome, Reading, Trial, Workload
from membench.harness.plugin.activation import activate
from membench.harness.plugin.rows import Row, middle_of, names_of
from membench.harness.runs.calls import Target, function_workload, target_of
from membench.harness.statistics.shift import Shift, estimate_shift
from membench.harness.text import shortened
from membench.harness.trial.isolation import Isolation
from membench.harness.units import format_bytes, format_shift, parse_size

DEFAULT_TIMEOUT_SECONDS = 300.0
_ISOLATION = pytest.StashKey["_Warmed"]()
_SHOWN_ARGUMENTS = 60  # bytes in the name of a row


class PeakMemoryError(MembenchError):
    """The function did not come to its end; the message has the traceback of its process."""

    def __init__(self, message: str, reading: Reading) -> None:
        super().__init__(message)
        self.reading = reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two functions measured in turn; the readings are those with the middle peaks."""

    before: Reading
    after: Reading
    shift: Shift

    def __str__(self) -> str:
        """Say the shift."""
        shift, base = self.shift.bytes, self.before.peak_bytes or 0
        share = f" ({shift / base:+.1%})" if base else ""
        return f"{format_shift(shift)}{share}: {format_bytes(base)} before, {format_bytes(base + shift)} after"


@dataclass(frozen=True, kw_only=True)
class PeakMemory:
    """Measures functions. A reading has `peak_bytes` of the whole process, `phases`, `outcome` and `call_sites`."""

    item: pytest.Item
    meter: str = "peak_rss"
    repeats: int = 1
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    memory_limit_bytes: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> "PeakMemory":
        """Make the fixture of a test."""
        return cls(item=request.node)

    def using(
        self,
        *,
        meter: str | None = None,
        repeats: int | None = None,
        timeout: float | None = None,
        memory_limit: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "PeakMemory":
        """Give the same fixture under other settings; those left out stay.

        `meter` is one of `membench list meters`; of several `repeats` the reading with the middle peak is given;
        `timeout` is in seconds; `memory_limit` a size such as "512 MiB"; `environment` is beside the few variables that
        all measured processes get.

        Raises:
            UsageError: there is no such meter, or a number or a size is none that can be.
        """
        __tracebackhide__ = True
        if meter is not None:
            meter_file(meter)
        if repeats is not None and repeats < 1:
            raise UsageError(f"repeats={repeats}: at least 1 is needed.")
        if timeout is not None and timeout <= 0:
            raise UsageError(f"timeout={timeout}: more than 0 seconds are needed.")
        changes: dict[str, Any] = {
            "meter": meter,
            "repeats": repeats,
            "timeout_seconds": timeout,
            "memory_limit_bytes": None if memory_limit is None else parse_size(memory_limit),
            "environment": environment,
        }
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    def __call__(self, function: Target, /, *args: Any, **kwargs: Any) -> Reading:
        """Call a function in a fresh process and give its reading.

        The function is given itself or as "package.module:name", and found there by that name; the arguments cross a
        process boundary, so they are JSON values.

        Raises:
            UsageError: the function cannot be imported by its name, or an argument is no JSON value.
            PeakMemoryError: it failed in any way; `reading` tells how far it came.
        """
        __tracebackhide__ = True
        workload = self._workload(function, args, kwargs)
        return self._keep(self._measure([workload])[0])

    def compare(self, before: Target, after: Target, /, *args: Any, **kwargs: Any) -> Compared:
        """Measure two functions with the same arguments, in turn, and give how far the second lies from the first.

        Raises:
            UsageError, PeakMemoryError: as when they are measured alone.
        """
        __tracebackhide__ = True
        workloads = [self._workload(before, args, kwargs), self._workload(after, args, kwargs)]
        first, second = self._measure(workloads)
        shift = estimate_shift(_peaks(first), _peaks(second))
        return Compared(before=self._keep(first), after=self._keep(second), shift=shift)

    def _workload(self, function: Target, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Workload:
        __tracebackhide__ = True
        target = target_of(function)
        scenario, variant = names_of(self.item, f": {target}{_shown(args, kwargs)}")
        return function_workload(
            scenario,
            variant,
            target,
            args,
            kwargs,
            environment=self.environment,
            time_limit_seconds=self.timeout_seconds,
        )

    def _measure(self, workloads: list[Workload]) -> list[list[Reading]]:
        """Measure each as often as there are repeats, in turn; give the readings of each."""
        __tracebackhide__ = True
        readings: list[list[Reading]] = [[] for _ in workloads]
        for repeat in range(self.repeats):
            for workload, taken in zip(workloads, readings, strict=True):
                reading = self._warmed.run(workload, self.meter, repeat, self.memory_limit_bytes)
                if reading.outcome is not Outcome.OK or reading.peak_bytes is None:
                    activate(self.item.config).note(self.item, [Row(reading=reading)])
                    raise PeakMemoryError(_failure(workload, reading), reading)
                taken.append(reading)
        return readings

    def _keep(self, readings: list[Reading]) -> Reading:
        """Note the readings, and give the one with the middle peak."""
        __tracebackhide__ = True
        activate(self.item.config).note(self.item, [Row(reading=reading) for reading in readings])
        return middle_of(readings)

    @property
    def _warmed(self) -> "_Warmed":
        stash = self.item.config.stash
        if _ISOLATION not in stash:
            stash[_ISOLATION] = _Warmed()
        return stash[_ISOLATION]


class _Warmed:
    """Runs trials; before the first of a module it is imported once, which compiles it and fills the page cache."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        cpus, worker = usable_cpus(), os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        self._cpu = cpus[int(worker) % len(cpus)] if worker.isdecimal() else cpus[0]

    @cached_property
    def _isolation(self) -> Isolation:
        return Isolation(controls=available_controls(), time_limit_seconds=DEFAULT_TIMEOUT_SECONDS)

    def run(self, workload: Workload, meter: str, repeat: int, memory_limit_bytes: int | None) -> Reading:
        """Run one trial, warmed up."""
        module = workload.target.partition(":")[0]
        if module not in self._modules:
            self._modules.add(module)
            importing = replace(workload, target="importlib:import_module", arguments=(module,), parameters={})
            self._isolation.run(Trial(workload=importing, meter="peak_rss", repeat=WARM_UP), self._cpu)
        isolation = replace(self._isolation, memory_limit_bytes=memory_limit_bytes)
        return isolation.run(Trial(workload=workload, meter=meter, repeat=repeat), self._cpu)


def _shown(args: Iterable[object], kwargs: Mapping[str, object]) -> str:
    shown = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())])
    return f"({shortened(shown, _SHOWN_ARGUMENTS)})"


def _peaks(readings: list[Reading]) -> list[int]:
    return [reading.peak_bytes for reading in readings if reading.peak_bytes is not None]


def _failure(workload: Workload, reading: Reading) -> str:
    until = "" if reading.peak_bytes is None else f" after a peak of {format_bytes(reading.peak_bytes)}"
    said = reading.stderr_tail.strip()
    return f"{workload.target}: {reading.outcome} ({reading.detail}){until}" + (f"\n{said}" if said else "")
