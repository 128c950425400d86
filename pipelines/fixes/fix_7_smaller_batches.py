"""Fix 7: smaller batches of teams, in two ways: five instead of ten, or a size by the memory in use.

The first is sound as it is written. The second is written so that the size is chosen once, before the first batch. The
effective form does both: five, and fewer where memory is short, chosen anew for each batch.
"""

from collections.abc import Callable, Mapping

from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.variant import Form

CLAIM = Claim(low=20, high=30, of=Of.PEAK_PERCENT)

NORMAL_SIZE = 10
SMALL_SIZE = 5
VERY_SMALL_SIZE = 3
MB = 1024 * 1024  # the described code divides by 1024 twice and calls it MB
SMALL_ABOVE_BYTES = 1200 * MB
VERY_SMALL_ABOVE_BYTES = 1500 * MB

ReadRss = Callable[[], int]
NextSize = Callable[[], int]


def size_for(rss_bytes: int, normal: int = NORMAL_SIZE) -> int:
    """Choose how many teams a batch takes, by the memory in use; `normal` where that is no concern."""
    if rss_bytes > VERY_SMALL_ABOVE_BYTES:
        return VERY_SMALL_SIZE
    if rss_bytes > SMALL_ABOVE_BYTES:
        return SMALL_SIZE
    return normal


def before(_: ReadRss) -> NextSize:
    """Take ten teams always."""
    return lambda: NORMAL_SIZE


def by_default(_: ReadRss) -> NextSize:
    """Take five always: the first way, as written."""
    return lambda: SMALL_SIZE


def as_written(read_rss: ReadRss) -> NextSize:
    """Choose the size once, before the first batch, when next to nothing is in use: the second way, as written."""
    size = size_for(read_rss())
    return lambda: size


def by_rss(read_rss: ReadRss) -> NextSize:
    """Choose the size anew for each batch: the second way, made effective."""
    return lambda: size_for(read_rss())


def after(read_rss: ReadRss) -> NextSize:
    """Take five, and three once memory is short: both ways, and the size chosen anew for each batch."""
    return lambda: size_for(read_rss(), SMALL_SIZE)


FORMS: Mapping[Form, Callable[[ReadRss], NextSize]] = {
    Form.BEFORE: before,
    Form.BY_DEFAULT: by_default,
    Form.AS_WRITTEN: as_written,
    Form.BY_RSS: by_rss,
    Form.AFTER: after,
}
