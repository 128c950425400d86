"""Fix 4: keep of each validation what is asked for, as it comes, instead of all full results of all batches."""

import gc
from collections.abc import Awaitable, Callable, Iterable, Mapping

from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.fixes.fix_6_clear_intermediates import Collect
from membench.pipelines.fixture import FixtureRef, Validation, ValidationRecord
from membench.pipelines.parallel import process_in_parallel
from membench.pipelines.variant import Form

CLAIM = Claim(low=1, high=2, of=Of.MEGABYTES)

Validate = Callable[[FixtureRef], Awaitable[Validation]]
Save = Callable[[ValidationRecord], None]

BATCHES_BETWEEN_COLLECTIONS = 5


def _slices(fixtures: Iterable[FixtureRef], size: int) -> list[list[FixtureRef]]:
    """Cut all batches up front, as the described code does before and after its fix."""
    pending = list(fixtures)
    return [pending[start : start + size] for start in range(0, len(pending), size)]


async def before(
    fixtures: Iterable[FixtureRef], validate: Validate, concurrency: int, save: Save, collect: Collect
) -> None:
    """Keep every full result, response body included, until the last batch is done."""
    results: list[Validation] = []
    for batch in _slices(fixtures, concurrency):
        outcome = await process_in_parallel(batch, validate, concurrency, collect=collect)
        results.extend(outcome.results)
    for result in results:
        save(result.record())


async def as_written(
    fixtures: Iterable[FixtureRef], validate: Validate, concurrency: int, save: Save, collect: Collect
) -> None:
    """Keep minimal records, each of them twice while its batch lasts, with all batches cut up front."""

    async def validate_minimally(fixture: FixtureRef) -> ValidationRecord:
        return (await validate(fixture)).record()

    records: list[ValidationRecord] = []
    for number, batch in enumerate(_slices(fixtures, concurrency)):
        outcome = await process_in_parallel(batch, validate_minimally, concurrency, collect=collect)
        records.extend([record.copy() for record in outcome.results])
        outcome.results = []
        outcome.errors = []
        if number > 0 and number % BATCHES_BETWEEN_COLLECTIONS == 0:
            gc.collect()
    for record in records:
        save(record)


async def after(
    fixtures: Iterable[FixtureRef],
    validate: Validate,
    concurrency: int,
    save: Save,
    collect: Collect,  # noqa: ARG001 - nothing is collected
) -> None:
    """Save one minimal record at a time; the fixtures are drawn as they are needed."""

    async def save_record(result: Validation) -> None:
        save(result.record())

    await process_in_parallel(fixtures, validate, concurrency, on_result=save_record)


FORMS: Mapping[Form, Callable[[Iterable[FixtureRef], Validate, int, Save, Collect], Awaitable[None]]] = {
    Form.BEFORE: before,
    Form.AS_WRITTEN: as_written,
    Form.AFTER: after,
}
