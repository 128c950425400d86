"""Calls what another adapter calls many times in one process, a phase for each few calls. For `membench leak`.

A phase is named by the number of calls that have been made when it ends; the first one, after calls that are not
counted, `0`. What can be collected is, before each phase ends.
"""

import gc
import os
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CALLS, WARM_UP, POINTS, ADAPTER, PARAMETERS = "calls", "warm_up", "points", "adapter", "parameters"


class RepeatedCalls:
    """So many calls, cut into phases of equal length."""

    def __init__(self, request: "Mapping[str, Any]", resolve: "Callable[[str], Any]") -> None:
        asked = request["parameters"]
        self._calls: int = asked[CALLS]
        self._warm_up: int = asked[WARM_UP]
        self._points: int = asked[POINTS]
        inner = {**request, "parameters": asked[PARAMETERS]}
        if asked[ADAPTER]:
            workload = _load(asked[ADAPTER]).make(inner, resolve)
            self._call: Callable[[], None] = lambda: workload.run(_ignore)
        else:
            self._call = lambda: _run_object(resolve(request["target"]), asked[PARAMETERS])

    def run(self, mark: "Callable[[str], None]") -> None:
        """Make the calls."""
        mark("0")
        for _ in range(self._warm_up):
            self._call()
        gc.collect()
        done = 0
        for point in range(1, self._points + 1):
            until = self._calls * point // self._points
            mark(str(until))
            while done < until:
                self._call()
                done += 1
            gc.collect()

    def digest(self) -> None:
        """Know none."""

    def close(self) -> None:
        """Do nothing: the process ends."""


def make(request: "Mapping[str, Any]", resolve: "Callable[[str], Any]") -> RepeatedCalls:
    """Set up what is to be called."""
    return RepeatedCalls(request, resolve)


def _run_object(make_workload: "Callable[..., Any]", parameters: "Mapping[str, Any]") -> None:
    workload = make_workload(**parameters, scratch=os.getcwd())
    try:
        workload.run(_ignore)
    finally:
        workload.close()


def _ignore(name: str) -> None:
    del name


def _load(path: str) -> Any:
    # By its file: the harness need not be importable here.
    spec = spec_from_file_location("membench_repeated_" + os.path.basename(path)[:-3], path)
    assert spec is not None, path
    assert spec.loader is not None, path
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
