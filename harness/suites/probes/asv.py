"""What is in an asv suite? Lists its peak-memory benchmarks, makes a cache, or tells which set-ups decline.

The question has `root`, the suite's folder, and one of `list`, `cache` and `declined`.
"""

import inspect
import os
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from math import prod
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any

KIND = run_path(str(Path(__file__).absolute().parents[2] / "trial" / "adapters" / "asv.py"))
NAME = re.compile(r"^(PeakMem[A-Z_].+)|(peakmem_.+)$")  # as asv_runner.benchmarks.peakmem has it
ADDRESS = re.compile(r"^(<.*) at 0x[\da-fA-F]+(>)$")
LONGEST_VALUE = 200  # letters of a text
LARGEST_VALUE = 2**63
MOST_COMBINATIONS = 10_000  # of the parameters of one benchmark
DECLINED = 7  # an exit status that a set-up has no reason to end with


def answer(question: dict[str, Any]) -> Any:
    """Answer what is asked."""
    KIND["open_suite"](question["root"])
    if "cache" in question:
        return make_cache(**question["cache"])
    if "declined" in question:
        return [declines(**trial) for trial in question["declined"]]
    found: list[dict[str, Any]] = []
    for name, target in benchmarks(Path(question["root"]).name):
        try:
            found.append(describe(name, target))
        except TooManyError:
            raise
        except Exception:  # noqa: BLE001 - the suite's own code; its trial fails in the same way, and tells
            found.append(broken(name, target))
    return found


class TooManyError(Exception):
    """A benchmark has more combinations of its parameters than anybody would wait for."""


def benchmarks(package: str) -> Iterator[tuple[str, str]]:
    """Find the benchmarks of a package as asv_runner.discovery does: name and target."""
    for module in modules(package):
        if isinstance(module, str):
            yield dotted(module.partition(".")[2]), f"{module}:peakmem_"
            continue
        prefix = module.__name__.partition(".")[2]
        for attribute, value in list(vars(module).items()):
            if attribute.startswith("_"):
                continue
            if inspect.isclass(value) and not inspect.isabstract(value):
                for method, function in inspect.getmembers(value, inspect.isroutine):
                    if is_benchmark(method, function):
                        name = getattr(function, "benchmark_name", dotted(prefix, value.__name__, method))
                        yield name, f"{module.__name__}:{attribute}.{method}"
            elif inspect.isfunction(value) and is_benchmark(attribute, value):
                name = getattr(value, "benchmark_name", dotted(prefix, value.__name__))
                yield name, f"{module.__name__}:{attribute}"


def modules(name: str) -> Iterator[ModuleType | str]:
    """Import a package and all that is in it; give the name of one that cannot be imported.

    The package of the suite itself must be importable: without it there is no suite.
    """
    try:
        module = import_module(name)
    except Exception:
        if "." not in name:
            raise
        yield name
        return
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", []), f"{name}."):
        yield from modules(found.name)


def broken(name: str, target: str) -> dict[str, Any]:
    """Describe a benchmark, or a whole module, that cannot be loaded: its one trial fails, and says why."""
    return {
        "name": name,
        "target": target,
        "variants": ["default"],
        "parameters": [{}],
        "indexes": [0],
        "has_setup": False,
        "timeout": None,
        "cache": "",
        "cache_timeout": None,
    }


def is_benchmark(attribute: str, function: Any) -> bool:
    """Tell whether a function measures peak memory, and is not to be skipped altogether."""
    if not (inspect.isfunction(function) or inspect.ismethod(function)) or getattr(function, "skip_benchmark", False):
        return False
    name: str = getattr(function, "benchmark_name", attribute)
    return NAME.match(name.rpartition(".")[2]) is not None


def dotted(*parts: str) -> str:
    """Join names; the suite's own module has none."""
    return ".".join(part for part in parts if part)


def describe(name: str, target: str) -> dict[str, Any]:
    """Tell what is to be known of a benchmark before it is run."""
    benchmark = KIND["Benchmark"](target)
    params = benchmark.params
    count = prod(map(len, params))
    if count > MOST_COMBINATIONS:
        raise TooManyError(f"{name} has {count:,} combinations of its params; at most {MOST_COMBINATIONS:,} are run")
    skipped = {tuple(values) for values in benchmark.attribute("skip_params", [])}
    labels = [labelled(values) for values in params]
    varied = varied_of(names_of(benchmark, len(params)), params, labels)
    variants = variants_of(names_of(benchmark, len(params)), labels)
    kept = [index for index, values in enumerate(benchmark.combinations) if values not in skipped] if skipped else None
    cache = benchmark.attribute("setup_cache")
    return {
        "name": name,
        "target": target,
        "variants": variants if kept is None else [variants[index] for index in kept],
        "parameters": varied if kept is None else [varied[index] for index in kept],
        "indexes": list(range(len(variants))) if kept is None else kept,
        "has_setup": bool(benchmark.hooks("setup")),
        "timeout": seconds(benchmark.attribute("timeout")),
        "cache": cache_key(cache) if cache is not None else "",
        "cache_timeout": seconds(getattr(cache, "timeout", None)),
    }


def names_of(benchmark: Any, count: int) -> list[str]:
    """Name the parameters as the benchmark does, and by their number where it does not."""
    names = [str(one) for one in benchmark.attribute("param_names", [])][:count]
    return names + [f"param{number + 1}" for number in range(len(names), count)]


def varied_of(names: list[str], params: list[list[Any]], labels: list[list[str]]) -> list[dict[str, Any]]:
    """Give the values of all combinations, in their order; one that JSON does not have is written as in the name."""
    named = [
        [(name, value if is_scalar(value) else label) for value, label in zip(values, texts, strict=True)]
        for name, values, texts in zip(names, params, labels, strict=True)
    ]
    return [dict(combination) for combination in product(*named)]


def is_scalar(value: Any) -> bool:
    """Tell whether a value is one that a document holds as it is."""
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE
    return type(value) in (bool, int, float) and abs(value) <= LARGEST_VALUE  # NaN is not


def variants_of(names: list[str], labels: list[list[str]]) -> list[str]:
    """Name all combinations, in the order of the combinations."""
    named: list[list[str]] = [[]]
    for name, values in zip(names, labels, strict=True):
        named = [[*before, f"{name}={value}"] for before in named for value in values]
    return [",".join(pieces) or "default" for pieces in named]


def labelled(values: list[Any]) -> list[str]:
    """Write values as asv does: without addresses, and numbered where several look the same."""
    words = [ADDRESS.sub(r"\1\2", repr(value)) for value in values]
    count, seen = Counter(words), Counter[str]()
    found = []
    for word in words:
        found.append(f"{word} ({seen[word]})" if count[word] > 1 else word)
        seen[word] += 1
    return found


def seconds(value: Any) -> float | None:
    """Take a time limit if it is one."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def cache_key(setup_cache: Any) -> str:
    """Tell caches apart by where they are made: classes that inherit one share it."""
    return f"{inspect.getsourcefile(setup_cache)}:{inspect.getsourcelines(setup_cache)[1]}"


def make_cache(target: str, folder: str) -> bool:
    """Make a cache in a folder, which is also where its benchmarks find files that it leaves."""
    os.chdir(folder)
    benchmark = KIND["Benchmark"](target)
    for hook in reversed(benchmark.hooks("setup")):
        # As asv_runner: a module's set-up without arguments comes first, a class's waits for its benchmark.
        if not inspect.ismethod(hook) and takes_nothing(hook):
            hook()
    KIND["write_cache"](folder, benchmark.attribute("setup_cache")())
    return True


def takes_nothing(function: Any) -> bool:
    """Tell whether a function can be called without arguments."""
    try:
        inspect.signature(function).bind()
    except TypeError:
        return False
    return True


def declines(target: str, index: int, cache: str) -> bool:
    """Tell whether the set-ups of a combination raise NotImplementedError, by which a suite leaves it out."""
    child = os.fork()
    if child == 0:
        status = 0
        try:
            if cache:
                os.chdir(cache)
            benchmark = KIND["Benchmark"](target)
            benchmark.set_up(benchmark.arguments(index, cache))
        except NotImplementedError:
            status = DECLINED
        except BaseException:  # noqa: BLE001 - the trial will fail in the same way, and tell
            status = 1
        os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == DECLINED
