"""Calls any function, with a set-up before it that is not counted. Runs inside the measured process."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class FunctionCall:
    """A call that is measured from the import of its function on, or from the end of its set-up if it has one."""

    def __init__(self, request: "Mapping[str, Any]", resolve: "Callable[[str], Any]") -> None:
        self._target: str = request["target"]
        self._resolve = resolve
        self._parameters: Mapping[str, Any] = request["parameters"]
        self._arguments: Sequence[Any] = request["arguments"]
        if request["setup"]:
            self._resolve(self._target)  # what its module imports is set-up too
            prepared = _result(resolve(request["setup"])(**self._parameters))
            if prepared is not None:
                self._arguments = [prepared, *self._arguments]

    def run(self, mark: "Callable[[str], None]") -> None:
        """Import the function and call it; what it returns is dropped."""
        function = self._resolve(self._target)
        mark("call")
        _result(function(*self._arguments, **self._parameters))

    def digest(self) -> None:
        """Know none: any output will do."""

    def close(self) -> None:
        """Do nothing: the process ends."""


def make(request: "Mapping[str, Any]", resolve: "Callable[[str], Any]") -> FunctionCall:
    """Run the set-up, and make the call ready."""
    return FunctionCall(request, resolve)


def _result(returned: Any) -> Any:
    """Wait for what a coroutine function returned."""
    if not hasattr(returned, "__await__"):
        return returned
    import asyncio  # noqa: PLC0415 - only for those that use it

    async def finish() -> Any:
        return await returned

    return asyncio.run(finish())
