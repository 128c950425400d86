"""How much runs at once, and the environment variables that say so."""

from collections.abc import Mapping
from typing import NamedTuple

ENVIRONMENT_VARIABLES = {
    "PARALLEL_PAGE_POOL_SIZE": "page_pool_size",
    "PARALLEL_COMPETITIONS_CONCURRENCY": "competitions_concurrency",
    "PARALLEL_TEAMS_CONCURRENCY": "teams_concurrency",
    "PARALLEL_VALIDATION_CONCURRENCY": "validation_concurrency",
    "GAME_DATA_BATCH_SIZE": "game_data_batch_size",
    "PAGE_USES_BEFORE_REPLACEMENT": "uses_before_replacement",
    "PAGE_USES_BEFORE_COLLECTION": "uses_before_collection",
}
LARGEST_SETTING = 10_000


class ConfigError(ValueError):
    """An environment variable holds something that is no setting; the message names it."""


class ParallelConfig(NamedTuple):
    """Limits of one run, each at least 1. `game_data_batch_size` of None leaves the size to fix 7."""

    page_pool_size: int
    competitions_concurrency: int
    teams_concurrency: int
    validation_concurrency: int
    game_data_batch_size: int | None = None
    uses_before_replacement: int = 10
    uses_before_collection: int = 5


def read_overrides(environ: Mapping[str, str]) -> dict[str, int]:
    """Read the settings that the environment makes, and only those.

    A setting made here holds for every form of fix 5 and fix 7: whoever sets it wants it everywhere.

    Raises:
        ConfigError: a variable is set to anything but a whole number from 1 to 10,000.
    """
    overrides = {}
    for variable, setting in ENVIRONMENT_VARIABLES.items():
        text = environ.get(variable)
        if text is not None:
            overrides[setting] = _whole_number(variable, text)
    return overrides


def _whole_number(variable: str, text: str) -> int:
    # isascii: str.isdigit accepts digits of every script, and int() some of them.
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_SETTING)):
        value = int(text)
        if 1 <= value <= LARGEST_SETTING:
            return value
    raise ConfigError(f"{variable}={text!r} is not a whole number from 1 to {LARGEST_SETTING}.")
