import pytest

from membench.pipelines.fixes.fix_7_smaller_batches import FORMS, MB, size_for
from membench.pipelines.variant import Form


@pytest.mark.parametrize(("rss_mb", "size"), [(0, 10), (1200, 10), (1201, 5), (1500, 5), (1501, 3), (9000, 3)])
def test_the_described_size_follows_the_memory_in_use(rss_mb: int, size: int) -> None:
    assert size_for(rss_mb * MB) == size


def test_each_form_takes_the_sizes_that_it_says() -> None:
    rss = [0]
    next_size = {form: make(lambda: rss[0]) for form, make in FORMS.items()}

    def sizes_at(rss_mb: int) -> dict[Form, int]:
        rss[0] = rss_mb * MB
        return {form: size() for form, size in next_size.items()}

    assert sizes_at(0) == {
        Form.BEFORE: 10,
        Form.BY_DEFAULT: 5,
        Form.AS_WRITTEN: 10,
        Form.BY_RSS: 10,
        Form.AFTER: 5,
    }
    assert sizes_at(1400)[Form.AFTER] == sizes_at(1400)[Form.BY_RSS] == 5
    assert sizes_at(2000) == {
        Form.BEFORE: 10,
        Form.BY_DEFAULT: 5,
        Form.AS_WRITTEN: 10,  # chosen before the first batch, when nothing was in use
        Form.BY_RSS: 3,
        Form.AFTER: 3,
    }
    assert sizes_at(0)[Form.AFTER] == 5
