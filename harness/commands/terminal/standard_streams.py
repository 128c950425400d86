"""Standard input, output and error of this process: always there, and no reason for another exit code."""

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Output(io.FileIO):
    """Writes to a descriptor until that fails. That nobody reads it any more is no failure; any other is raised once.

    So a verdict keeps its exit code in `membench gate ... | head`, and Python's flush at exit does not fail again.
    """

    _failed = False

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write, or drop what has no place to go."""
        if not self._failed:
            try:
                return super().write(data)
            except OSError as error:
                self._failed = True
                if self._matters(error):
                    raise
        return memoryview(data).nbytes

    def _matters(self, error: OSError) -> bool:
        return not isinstance(error, BrokenPipeError)


class _Errors(_Output):
    """Standard error: where it fails there is nowhere left to say so, and the exit code tells what matters."""

    def _matters(self, error: OSError) -> bool:
        del error
        return False


def prepare() -> None:
    """Open what is closed (`>&-`) on nothing, and let output end where its reader does. Once, before anything else.

    Otherwise the next file to be opened would become standard input, output or error.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            os.set_inheritable(opened, True)  # noqa: FBT003 - its only form
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - a descriptor, for as long as the process lives
    sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout, "strict")
    sys.stderr = _text(_Errors(2, "w", closefd=False), sys.stderr, "backslashreplace")


def _text(output: _Output, present: TextIO | None, errors: str) -> io.TextIOWrapper:
    """Make the text stream to an output, with the encoding and the buffering that Python chose."""
    buffer = io.BufferedWriter(output)
    if not isinstance(present, io.TextIOWrapper):
        return io.TextIOWrapper(buffer, errors=errors, newline="\n")
    return io.TextIOWrapper(
        buffer,
        encoding=present.encoding,
        errors=present.errors,
        newline="\n",
        line_buffering=present.line_buffering,
        write_through=present.write_through,
    )
