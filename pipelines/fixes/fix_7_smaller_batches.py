"""Fix 7: smaller batches of teams, the smaller the more memory is in use."""

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


def size_for(rss_bytes: int) -> int:
    """Choose how many teams a batch takes, by the memory in use."""
    if rss_bytes > VERY_SMALL_ABOVE_BYTES:
        return VERY_SMALL_SIZE
    if rss_bytes > SMALL_ABOVE_BYTES:
        return SMALL_SIZE
    return NORMAL_SIZE


def before(_: ReadRss) -> NextSize:
    """Take the same size always."""
    return lambda: NORMAL_SIZE


def as_written(read_rss: ReadRss) -> NextSize:
    """Choose the size once, before the first batch, when next to nothing is in use."""
    size = size_for(read_rss())
    return lambda: size


def after(read_rss: ReadRss) -> NextSize:
    """Choose the size anew for each batch."""
    return lambda: size_for(read_rss())


FORMS: Mapping[Form, Callable[[ReadRss], NextSize]] = {
    Form.BEFORE: before,
    Form.AS_WRITTEN: as_written,
    Form.AFTER: after,
}
