"""Where the supervisor is: the compiled one that came with the package, or one that is compiled on first need.

Without either, and without a compiler, the one in Python takes its place. It is larger, so its floor is higher.
"""

import os
import sys
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

NAME = "membench-supervisor"
SOURCE = Path(__file__).with_name("supervisor.c")
_PLAIN = Path(__file__).with_name("plain_supervisor.py")
_COMPILERS = ("cc", "gcc", "clang", "tcc")
_COMPILER_SECONDS = 60
_FLAGS = ("-Os", "-s")
_LINKING = (("-static",), ())  # the first is smaller in memory; its library is not on every machine


@cache
def supervisor_command() -> tuple[str, ...]:
    """Give the words that start the supervisor; its own arguments come after them."""
    name = binary_name()
    for folder in (SOURCE.parent, _cache()):
        if _is_ours(folder / name):
            return (str(folder / name),)
    for folder in (SOURCE.parent, _cache()):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if compile_supervisor(folder / name):
                return (str(folder / name),)
    return plain_command()


def find_program(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Find a program as a shell would; None where there is none.

    `shutil.which` does the same, and loads every compression library there is.
    """
    folders = [""] if os.sep in name else environment.get("PATH", os.defpath).split(os.pathsep)
    places = (os.path.join(folder, name) for folder in folders)
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), None)


def plain_command() -> tuple[str, ...]:
    """Give the words that start the supervisor in Python."""
    return (sys.executable, "-I", "-S", str(_PLAIN))


def binary_name() -> str:
    """Name the binary after its source: another version of membench finds another one."""
    return f"{NAME}-{zlib.crc32(SOURCE.read_bytes()):08x}"


def compile_supervisor(path: Path, *, static: bool = False) -> bool:
    """Compile the supervisor, so that it needs no library if `static`; False where that cannot be done here.

    Raises:
        OSError: the folder cannot be written to.
    """
    import tempfile  # noqa: PLC0415 - loads `random`; needed once in the life of an installation

    compiler = next(filter(None, map(find_program, _COMPILERS)), None)
    if compiler is None:
        return False
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(descriptor)
    try:
        ways = _LINKING[:1] if static else _LINKING
        if not any(_compiles([compiler, *_FLAGS, *linking, "-o", name, str(SOURCE)]) for linking in ways):
            return False
        Path(name).chmod(0o755)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return True


def _compiles(command: Sequence[str]) -> bool:
    import subprocess  # noqa: PLC0415 - as the one above

    try:
        done = subprocess.run(command, capture_output=True, timeout=_COMPILER_SECONDS, check=False)  # noqa: S603 - a compiler
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(home) / "membench"


def _is_ours(path: Path) -> bool:
    """Tell whether a binary is there to be run, and nobody but this user and root could have put it there."""
    try:
        status = path.stat()
    except OSError:
        return False
    return status.st_uid in {0, os.geteuid()} and not status.st_mode & 0o022 and os.access(path, os.X_OK)
