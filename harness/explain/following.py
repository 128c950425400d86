"""Captures a process and every Python that it forks, starts or turns into. Runs inside all of them.

Standard library only, and loaded by its path: a started Python has no harness on its search path. It is told where to
write by an environment variable, and gets this file by a `sitecustomize` on its search path. memray follows forks by
itself; a program that is started or exec'd begins a capture of its own. Who started whom, and from which call, is
written to one file, a line each, so that the captures can be put together afterwards.
"""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CAPTURE = "memray.bin"
STARTS = "starts.jsonl"
HOOK_FOLDER = "follow"
SETTINGS = "MEMBENCH_FOLLOW"
NATIVE = "MEMBENCH_NATIVE"
_SEARCH_PATH = "PYTHONPATH"
_MOST_FRAMES = 200
_MOST_ANCESTORS = 64
_HOOK = """\
import os, sys
_folder = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _folder]
from importlib.util import module_from_spec, spec_from_file_location
_spec = spec_from_file_location("membench_following", {file!r})
_module = module_from_spec(_spec)
_spec.loader.exec_module(_module)
_module.begin_in_started()
# The program's own, which this one stands in front of.
from importlib.machinery import PathFinder
_own = PathFinder.find_spec("sitecustomize")
if _own is not None and _own.loader is not None:
    sys.modules["sitecustomize"] = module_from_spec(_own)
    _own.loader.exec_module(sys.modules["sitecustomize"])
"""


class Follower:
    """One process under memray; what it forks, starts or becomes is followed too."""

    def __init__(self, folder: str, package_paths: "Sequence[str]", *, native: bool) -> None:
        self._folder = folder
        self._packages = list(package_paths)
        self._native = native
        self._tracker: Any = None
        self.follows = True
        """False while what is started belongs to the instrument."""

    def begin(self, capture: str) -> None:
        """Begin the capture of this process, a file in the folder."""
        from memray import FileDestination, Tracker  # noqa: PLC0415 - only in a trial that is measured by it

        # Compressing it would be done by the measured process.
        destination = FileDestination(os.path.join(self._folder, capture), compress_on_exit=False)
        self._tracker = Tracker(
            destination=destination, follow_fork=True, trace_python_allocators=True, native_traces=self._native
        )
        _install(self)
        self._tracker.__enter__()

    def end(self) -> None:
        """End the capture, once."""
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            tracker.__exit__(None, None, None)

    def write_hook(self) -> None:
        """Lay down what a started Python finds on its search path."""
        folder = os.path.join(self._folder, HOOK_FOLDER)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "sitecustomize.py"), "w", encoding="utf-8") as file:
            file.write(_HOOK.format(file=os.path.abspath(__file__)))

    def variables(self, environment: "Mapping[str, str]") -> dict[str, str]:
        """Give the variables by which a started Python begins a capture of its own."""
        settings = {"folder": self._folder, "packages": self._packages, "native": self._native}
        hook = os.path.join(self._folder, HOOK_FOLDER)
        paths = [path for path in environment.get(_SEARCH_PATH, "").split(os.pathsep) if path and path != hook]
        return {SETTINGS: json.dumps(settings), _SEARCH_PATH: os.pathsep.join([hook, *paths])}

    def note(self, fields: "Mapping[str, Any]") -> None:
        """Append a line to the file of starts; one write, so that lines of two processes do not mix."""
        descriptor = os.open(os.path.join(self._folder, STARTS), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{json.dumps(fields)}\n".encode())
        finally:
            os.close(descriptor)


def begin_in_started() -> None:
    """Begin a capture in a Python that was started; a note instead where there can be none."""
    settings = json.loads(os.environ.get(SETTINGS, "{}"))
    if not settings:
        return
    import atexit  # noqa: PLC0415 - only here

    follower = Follower(settings["folder"], settings["packages"], native=settings["native"])
    pid = os.getpid()
    capture = f"started-{pid}-{_own_start()}.bin"
    found: dict[str, Any] = {"child": pid, "ancestors": _ancestors(), "capture": capture, "words": sys.orig_argv[:4]}
    own = list(sys.path)
    sys.path += settings["packages"]
    try:
        follower.begin(capture)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from being captured, the program runs as it would
        found |= {"capture": "", "error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        sys.path[:] = own
    follower.note(found)
    atexit.register(follower.end)


def _own_start() -> str:
    """Tell the clock ticks at which this program began: an exec'd one has the process id of what it was before."""
    import time  # noqa: PLC0415 - only here

    return str(time.monotonic_ns())


def _ancestors() -> list[int]:
    """List the process ids of the ancestors, nearest first."""
    found: list[int] = []
    pid = os.getppid()
    while pid > 1 and len(found) < _MOST_ANCESTORS:
        found.append(pid)
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                pid = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
    return found


def _install(follower: Follower) -> None:
    """Have every way to start a program leave a note and hand the variables on."""
    # The parent's own, for what inherits it without passing here, such as `os.system`.
    os.environ.update(follower.variables(os.environ))
    os.register_at_fork(after_in_child=lambda: _note_start(follower, "fork", os.getpid(), os.getppid()))
    _wrap_fork_exec(follower)
    for name in ("posix_spawn", "posix_spawnp"):
        setattr(os, name, _spawning(follower, getattr(os, name)))
    os.execv = _replacing(follower, os.execve, given=False)
    os.execve = _replacing(follower, os.execve, given=True)
    own_system = os.system

    def system(command: Any) -> int:
        _note_start(follower, "system", 0, os.getpid())
        return own_system(command)

    os.system = system


def _wrap_fork_exec(follower: Follower) -> None:
    import _posixsubprocess  # noqa: PLC0415 - only here; `subprocess` and `multiprocessing` start programs with it

    own: Callable[..., int] = _posixsubprocess.fork_exec
    variables_at = 5  # among its positional arguments: a list of b"NAME=value", or None

    def fork_exec(*arguments: Any) -> int:
        given = list(arguments)
        if follower.follows and given[variables_at] is not None:
            given[variables_at] = _extended(follower, given[variables_at])
        pid = own(*given)
        if follower.follows:
            _note_start(follower, "start", pid, os.getpid())
        return pid

    _posixsubprocess.fork_exec = fork_exec
    subprocess = sys.modules.get("subprocess")
    if subprocess is not None:
        subprocess._fork_exec = fork_exec  # type: ignore[attr-defined]  # noqa: SLF001 - it was imported before


def _extended(follower: Follower, variables: "Sequence[bytes]") -> list[bytes]:
    named = dict(os.fsdecode(variable).partition("=")[::2] for variable in variables)
    return [os.fsencode(f"{name}={value}") for name, value in (named | follower.variables(named)).items()]


def _spawning(follower: Follower, own: "Callable[..., int]") -> "Callable[..., int]":
    def spawn(path: Any, argv: Any, env: Any, **options: Any) -> int:
        named = {os.fsdecode(name): os.fsdecode(value) for name, value in dict(env).items()}
        pid = own(path, argv, named | follower.variables(named), **options)
        _note_start(follower, "start", pid, os.getpid())
        return pid

    return spawn


def _replacing(follower: Follower, own: "Callable[..., Any]", *, given: bool) -> "Callable[..., Any]":
    def replace(path: Any, argv: Any, env: Any = None) -> Any:
        named = {os.fsdecode(name): os.fsdecode(value) for name, value in dict(env if given else os.environ).items()}
        _note_start(follower, "exec", os.getpid(), os.getppid())
        return own(path, argv, named | follower.variables(named))

    return replace


def _note_start(follower: Follower, how: str, pid: int, parent: int) -> None:
    frames: list[list[Any]] = []
    frame: Any = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller's frame without `inspect`
    while frame is not None and len(frames) < _MOST_FRAMES:
        code = frame.f_code
        if code.co_filename != __file__:
            frames.append([code.co_name, code.co_filename, frame.f_lineno])
        frame = frame.f_back
    follower.note({"pid": pid, "parent": parent, "how": how, "frames": frames})
