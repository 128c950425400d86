"""Calls a peak-memory benchmark of an asv suite. Runs inside the measured process.

What asv looks for around a benchmark (params, set-ups, a cache) is found as asv_runner finds it: at the function first,
then at its object, then in its module. The benchmark's own module, its set-ups and its cache are not counted.
"""

import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CACHE = "cache.pickle"


class Benchmark:
    """A benchmark function and the places where its attributes may stand."""

    def __init__(self, target: str) -> None:
        module_name, _, path = target.partition(":")
        module = import_module(module_name)
        class_name, _, name = path.rpartition(".")
        self._sources: Sequence[Any]
        if class_name:
            instance = getattr(module, class_name)()
            self.function = getattr(instance, name)
            self._sources = (self.function, instance, module)
        else:
            self.function = getattr(module, name)
            self._sources = (self.function, module)

    def attribute(self, name: str, default: Any = None) -> Any:
        """Find an attribute at the first place that has it."""
        for source in self._sources:
            found = getattr(source, name, None)
            if found is not None:
                return found
        return default

    def hooks(self, name: str) -> "list[Callable[..., Any]]":
        """Find the functions of a name at all places, the innermost first; asv takes `setUp` for `setup`."""
        found = []
        for source in self._sources:
            keys = [key for key in dir(source) if key.lower() == name]
            if keys and getattr(source, keys[0]) is not None:
                found.append(getattr(source, keys[0]))
        return found

    @property
    def params(self) -> "list[list[Any]]":
        """The values of each parameter."""
        params = list(self.attribute("params", []))
        if params and not isinstance(params[0], (tuple, list)):
            return [params]
        return [list(values) for values in params]

    @property
    def combinations(self) -> "list[tuple[Any, ...]]":
        """All combinations of the values, in asv's order; one empty one where there are no parameters."""
        return list(product(*self.params))

    def arguments(self, index: int, folder: str) -> "list[Any]":
        """Give what the function and its set-ups are called with: the cache first, where there is one."""
        cache = read_cache(folder) if folder else None
        return [*([] if cache is None else [cache]), *self.combinations[index]]

    def set_up(self, arguments: "Sequence[Any]") -> None:
        """Run the set-ups: the module's, the object's, the function's."""
        for hook in reversed(self.hooks("setup")):
            hook(*arguments)


class BenchmarkCall:
    """One combination of a benchmark, set up."""

    def __init__(self, request: "Mapping[str, Any]") -> None:
        parameters = request["parameters"]
        open_suite(parameters["root"])
        self._benchmark = Benchmark(request["target"])
        self._arguments = self._benchmark.arguments(parameters["index"], parameters["cache"])
        self._benchmark.set_up(self._arguments)

    def run(self, mark: "Callable[[str], None]") -> None:
        """Call the benchmark; what it returns is dropped."""
        mark("call")
        self._benchmark.function(*self._arguments)

    def digest(self) -> None:
        """Know none: a benchmark's output is nobody's."""

    def close(self) -> None:
        """Run what the suite has to be run afterwards."""
        for hook in self._benchmark.hooks("teardown"):
            hook(*self._arguments)


def make(request: "Mapping[str, Any]", resolve: "Callable[[str], Any]") -> BenchmarkCall:
    """Load the suite and the benchmark, and set it up."""
    del resolve
    return BenchmarkCall(request)


class SuiteFinder:
    """Finds the package of a suite, and none of its neighbours: the project is measured as it is installed."""

    def __init__(self, root: str) -> None:
        self._parent, self._name = os.path.split(root)

    def find_spec(self, name: str, path: "Sequence[str] | None" = None, target: Any = None) -> Any:
        """Find the package if it is that one; None otherwise, as an importer does."""
        return PathFinder.find_spec(name, [self._parent], target) if path is None and name == self._name else None


def open_suite(root: str) -> None:
    """Have the package of a suite found by its name."""
    sys.meta_path.insert(0, SuiteFinder(root))


def read_cache(folder: str) -> Any:
    """Read what the suite's setup_cache has returned."""
    import pickle  # noqa: PLC0415 - only for those that have one

    with open(os.path.join(folder, CACHE), "rb") as file:
        return pickle.load(file)  # noqa: S301 - written by the same suite a moment before


def write_cache(folder: str, cache: Any) -> None:
    """Keep what the suite's setup_cache has returned."""
    import pickle  # noqa: PLC0415 - only for those that have one

    with open(os.path.join(folder, CACHE), "wb") as file:
        pickle.dump(cache, file)
