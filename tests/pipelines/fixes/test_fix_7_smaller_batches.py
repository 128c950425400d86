import pytest

from membench.pipelines.fixes.fix_7_smaller_batches import MB, after, as_written, before, size_for


@pytest.mark.parametrize(("rss_mb", "size"), [(0, 10), (1200, 10), (1201, 5), (1500, 5), (1501, 3), (9000, 3)])
def test_the_size_follows_the_memory_in_use(rss_mb: int, size: int) -> None:
    assert size_for(rss_mb * MB) == size


def test_the_letter_chooses_once_and_the_effective_form_for_each_batch() -> None:
    rss = [0]

    def read_rss() -> int:
        return rss[0]

    sizes = {form: form(read_rss) for form in (before, as_written, after)}
    assert [size() for size in sizes.values()] == [10, 10, 10]
    rss[0] = 1400 * MB
    assert [size() for size in sizes.values()] == [10, 10, 5]
    rss[0] = 2000 * MB
    assert [size() for size in sizes.values()] == [10, 10, 3]
    rss[0] = 0
    assert [size() for size in sizes.values()] == [10, 10, 10]
