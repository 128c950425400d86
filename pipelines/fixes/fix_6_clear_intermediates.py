"""Fix 6: clear what `process_in_parallel` holds beside its results. This is the accumulating shape itself."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from membench.pipelines.concurrency import run_task_per_item
from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.variant import Form

T = TypeVar("T")
R = TypeVar("R")

CLAIM = Claim(
    low=5,
    high=10,
    of=Of.MEGABYTES,
    loses="the errors of failed teams: they are cleared before they are returned",
)


class ItemError(NamedTuple):
    """An item that failed. The exception itself is not kept: its traceback would hold every frame's objects."""

    number: int
    item: str
    error: str

    @classmethod
    def of(cls, number: int, item: object, error: Exception) -> "ItemError":
        """Describe the error of one item in words."""
        return cls(number, str(item), f"{type(error).__name__}: {error}")


class Collect(Protocol):
    """A form of this fix: runs a task for each item, and returns the results and the errors."""

    async def __call__(
        self,
        items: Iterable[T],
        attempt: Callable[[T], Awaitable[R]],
        concurrency: int,
        *,
        continue_on_error: bool,
    ) -> tuple[list[R], list[ItemError]]: ...


class _Wrapped(NamedTuple, Generic[T, R]):
    """What a task of the described code returns."""

    item: T
    number: int
    result: R | None
    success: bool


async def _wrap_results(
    items: Iterable[T],
    attempt: Callable[[T], Awaitable[R]],
    concurrency: int,
    wrapped: list[_Wrapped[T, R]],
    errors: list[ItemError],
    *,
    continue_on_error: bool,
) -> list[R]:
    """Wrap each result, keep the wrapper in a list and in what the task returns, then unwrap into a second list."""

    async def job(number: int, item: T) -> _Wrapped[T, R]:
        try:
            result = await attempt(item)
        except Exception as error:
            if not continue_on_error:
                raise
            errors.append(ItemError.of(number, item, error))
            return _Wrapped(item, number, None, success=False)
        one = _Wrapped(item, number, result, success=True)
        wrapped.append(one)
        return one

    gathered = await run_task_per_item(items, job, concurrency)
    final = [one.result for one in wrapped if one.success and one.result is not None]
    # Until here the described code holds each result three times over.
    del gathered
    return final


async def before(
    items: Iterable[T], attempt: Callable[[T], Awaitable[R]], concurrency: int, *, continue_on_error: bool
) -> tuple[list[R], list[ItemError]]:
    """Leave the wrappers to the end of the call."""
    wrapped: list[_Wrapped[T, R]] = []
    errors: list[ItemError] = []
    final = await _wrap_results(items, attempt, concurrency, wrapped, errors, continue_on_error=continue_on_error)
    return final, errors


async def as_written(
    items: Iterable[T], attempt: Callable[[T], Awaitable[R]], concurrency: int, *, continue_on_error: bool
) -> tuple[list[R], list[ItemError]]:
    """Clear the first list once the second is built (both hold the same objects), and the errors with it."""
    wrapped: list[_Wrapped[T, R]] = []
    errors: list[ItemError] = []
    final = await _wrap_results(items, attempt, concurrency, wrapped, errors, continue_on_error=continue_on_error)
    wrapped.clear()
    errors.clear()
    return final, errors


async def after(
    items: Iterable[T], attempt: Callable[[T], Awaitable[R]], concurrency: int, *, continue_on_error: bool
) -> tuple[list[R], list[ItemError]]:
    """Keep one list and no wrappers; the errors are returned."""
    results: list[R] = []
    errors: list[ItemError] = []

    async def job(number: int, item: T) -> None:
        try:
            results.append(await attempt(item))
        except Exception as error:
            if not continue_on_error:
                raise
            errors.append(ItemError.of(number, item, error))

    await run_task_per_item(items, job, concurrency)
    return results, errors


FORMS: Mapping[Form, Collect] = {Form.BEFORE: before, Form.AS_WRITTEN: as_written, Form.AFTER: after}
