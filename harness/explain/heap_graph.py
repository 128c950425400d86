"""Writes down which objects a process has and what names hold them. Runs inside that process.

Standard library only, and loaded by its path. What holds an object by name is a root: a local variable of a frame, a
running or a suspended one; a module's global; a class's attribute; a closure's variable; a functools cache; a finished
asyncio task; a kept exception's traceback; a logging handler. From the value of each the references are followed, but
not through what is a root by itself: nearly everything can be reached from any module or function.
"""

import gc
import json
import os
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_OBJECTS = 3_000_000
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_OWN_MODULES = "membench_"
_SUSPENDED = {
    types.CoroutineType: "cr_frame",
    types.GeneratorType: "gi_frame",
    types.AsyncGeneratorType: "ag_frame",
}
_BORDERS = (
    types.ModuleType,
    types.FrameType,
    types.FunctionType,
    types.CodeType,
    types.BuiltinFunctionType,
    types.TracebackType,
    types.CellType,
    type,
    *_SUSPENDED,
)
Root = tuple[str, str, str, str, int, Any]
"""Kind, function or module, name, file, line, and the object."""


class Graph:
    """The objects that can be reached from the roots, numbered."""

    def __init__(self, roots: "list[Root]") -> None:
        self._numbers: dict[int, int] = {}
        self._objects: list[Any] = []
        self._types: dict[str, int] = {}
        self._borders = tuple(_borders())
        self._attributes: dict[type, tuple[str, ...]] = {}
        self._roots = [[*root[:5], self._number(root[5])] for root in roots]

    def write(self, path: str, held: int, most: int) -> None:
        """Write the graph as lines of JSON: an object's type, size and references; then types, roots and the moment."""
        with open(path, "w", encoding="utf-8") as file:
            at = 0
            while at < len(self._objects):
                thing = self._objects[at]
                at += 1
                file.write(f"{json.dumps(self._row(thing))}\n")
            last = {"types": list(self._types), "roots": self._roots, "cut": self._is_full()}
            file.write(json.dumps(last | {"held": held, "most": most}))

    def _is_full(self) -> bool:
        return len(self._objects) >= MOST_OBJECTS

    def _number(self, thing: Any) -> int:
        number = self._numbers.get(id(thing), -1)
        if number < 0 and not self._is_full():
            number = self._numbers[id(thing)] = len(self._objects)
            self._objects.append(thing)
        return number

    def _row(self, thing: Any) -> list[Any]:
        kind = type(thing)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        number = self._types.setdefault(name, len(self._types))
        if isinstance(thing, self._borders):
            return [number, 0, _length(thing), []]
        references: list[Any] = []
        for label, other in self._references(thing):
            if other is None or isinstance(other, (type, types.ModuleType, bool, int, float)):
                continue
            there = self._number(other)
            if there >= 0:
                references += (there, label)
        return [number, _size(thing), _length(thing), references]

    def _references(self, thing: Any) -> "Iterator[tuple[str, Any]]":
        kind = type(thing)
        if kind is dict:
            for key, value in list(thing.items()):
                yield (f"[{key[:40]!r}]" if type(key) is str else "[...]"), value
                if type(key) is not str:
                    yield "key", key
            return
        own = _own_dict(thing)
        named: set[int] = set()
        for name, value in self._named(thing, own):
            named.add(id(value))
            yield f".{name}", value
        for other in gc.get_referents(thing):
            if id(other) not in named and other is not own:
                yield "", other

    def _named(self, thing: Any, own: Any) -> "Iterator[tuple[str, Any]]":
        if own is not None:
            for name, value in list(own.items()):
                if type(name) is str:
                    yield name[:60], value
        for name in self._slots(type(thing)):
            try:
                yield name, object.__getattribute__(thing, name)
            except AttributeError:
                continue
        fields = getattr(type(thing), "_fields", None)
        if isinstance(thing, tuple) and isinstance(fields, tuple) and len(fields) == len(thing):
            yield from zip(map(str, fields), thing, strict=True)

    def _slots(self, kind: type) -> tuple[str, ...]:
        if kind not in self._attributes:
            self._attributes[kind] = tuple(
                name
                for base in kind.__mro__
                for name, value in vars(base).items()
                if isinstance(value, types.MemberDescriptorType) and base.__module__ != "builtins"
            )
        return self._attributes[kind]


def _own_dict(thing: Any) -> Any:
    try:
        found = object.__getattribute__(thing, "__dict__")
    except (AttributeError, TypeError):
        return None
    return found if type(found) is dict else None


def _size(thing: Any) -> int:
    try:
        return int(sys.getsizeof(thing))
    except Exception:  # noqa: BLE001 - a class may do anything in __sizeof__
        return 0


def _length(thing: Any) -> int:
    if type(thing) in (list, dict, set, frozenset, tuple) or type(thing).__name__ == "deque":
        return len(thing)
    return -1


def _borders() -> "Iterator[type]":
    yield from _BORDERS
    futures = sys.modules.get("asyncio")
    if futures is not None:
        yield futures.Future
        yield futures.Task
    functools = sys.modules.get("functools")
    if functools is not None:
        yield functools._lru_cache_wrapper  # noqa: SLF001 - the class of what `cache` makes has no public name


def find_roots() -> "list[Root]":
    """List what holds objects by a name."""
    found: list[Root] = []
    seen: set[int] = set()
    for frame in sys._current_frames().values():  # noqa: SLF001 - the only way to all threads' frames
        here: Any = frame
        while here is not None:
            _add_frame(found, seen, here)
            here = here.f_back
    modules: list[tuple[str, Any]] = list(sys.modules.items())  # a program may put anything there
    for name, module in modules:
        if not isinstance(module, types.ModuleType) or name.startswith(_OWN_MODULES):
            continue
        file = str(vars(module).get("__file__", ""))
        for key, value in list(vars(module).items()):
            found.append(("global", name, str(key), file, 0, value))
    special: dict[type, bool] = {}
    for thing in gc.get_objects():
        kind = type(thing)
        if kind not in special:
            special[kind] = _is_special(kind)
        if special[kind]:
            _add_object(found, seen, thing)
    return found


def _add_frame(found: "list[Root]", seen: set[int], frame: Any) -> None:
    code = frame.f_code
    if id(frame) in seen or code.co_filename.startswith(_HERE) or code.co_name == "<module>":
        return
    seen.add(id(frame))
    for name, value in dict(frame.f_locals).items():
        # A closure's variable is one of the function that made it, and told there.
        kind = "closure" if name in code.co_freevars else "local"
        found.append((kind, code.co_qualname, name, code.co_filename, code.co_firstlineno, value))


def _is_special(kind: type) -> bool:
    """Whether instances of a type hold something by a name."""
    if kind in _SUSPENDED or kind is types.FunctionType or kind.__name__ == "_lru_cache_wrapper":
        return True
    services = [sys.modules[name] for name in ("asyncio", "logging") if name in sys.modules]
    bases = [getattr(module, name) for module in services for name in ("Future", "Handler") if hasattr(module, name)]
    return issubclass(kind, (type, BaseException, *bases))


def _add_object(found: "list[Root]", seen: set[int], thing: Any) -> None:
    kind = type(thing)
    if kind in _SUSPENDED:
        frame = getattr(thing, _SUSPENDED[kind])
        if frame is not None:
            _add_frame(found, seen, frame)
    elif kind is types.FunctionType:
        _add_function(found, thing)
    elif isinstance(thing, type):
        if not thing.__module__.startswith(_OWN_MODULES):
            for name, value in list(vars(thing).items()):
                found.append(("class", f"{thing.__module__}.{thing.__qualname__}", name, "", 0, value))
    elif kind.__name__ == "_lru_cache_wrapper":
        function = thing.__wrapped__
        code = getattr(function, "__code__", None)
        place = (code.co_filename, code.co_firstlineno) if code else ("", 0)
        held = [other for other in gc.get_referents(thing) if other is not function and type(other) is not type]
        name = str(getattr(function, "__qualname__", type(function).__qualname__))
        found.append(("cache", name, str(thing.cache_info().currsize), *place, held))
    elif isinstance(thing, BaseException):
        _add_exception(found, seen, thing)
    else:
        _add_service(found, thing)


def _add_function(found: "list[Root]", function: Any) -> None:
    code = function.__code__
    if code.co_filename.startswith(_HERE):
        return
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        try:
            value = cell.cell_contents
        except ValueError:
            continue
        found.append(("closure", function.__qualname__, name, code.co_filename, code.co_firstlineno, value))
    for value in function.__defaults__ or ():
        found.append(("default", function.__qualname__, "", code.co_filename, code.co_firstlineno, value))


def _add_exception(found: "list[Root]", seen: set[int], error: Any) -> None:
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if id(frame) not in seen and not frame.f_code.co_filename.startswith(_HERE):
            seen.add(id(frame))
            code = frame.f_code
            for name, value in dict(frame.f_locals).items():
                held = f"{type(error).__name__} in {code.co_qualname}"
                found.append(("traceback", held, name, code.co_filename, trace.tb_lineno, value))
        trace = trace.tb_next


def _add_service(found: "list[Root]", thing: Any) -> None:
    """Add what a finished task came to, and what a logging handler keeps."""
    asyncio, logging = sys.modules.get("asyncio"), sys.modules.get("logging")
    if asyncio is not None and isinstance(thing, asyncio.Future):
        if thing.done() and not thing.cancelled():
            make = getattr(thing, "get_coro", None)
            code = getattr(make() if make else None, "cr_code", None)
            place = (code.co_qualname, "", code.co_filename, code.co_firstlineno) if code else ("", "", "", 0)
            found.append(("task", *place, getattr(thing, "_result", None)))
    elif logging is not None and isinstance(thing, logging.Handler):
        found.append(("handler", type(thing).__qualname__, str(thing.name or ""), "", 0, thing))


def write_graph(path: str, held: int = 0, most: int = 0) -> None:
    """Write down all objects and who holds them.

    `held` is what Python's allocators have given out just now, `most` the most that they had at any look before.
    """
    Graph(find_roots()).write(path, held, most)
