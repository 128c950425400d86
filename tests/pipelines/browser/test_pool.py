"""Pages, the pool that lends them, and every way in which a page fails."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.pipelines.browser.browser import Browser
from membench.pipelines.browser.clock import run_on_virtual_clock
from membench.pipelines.browser.document import Document
from membench.pipelines.browser.errors import BrowserError, MalformedPageError, VisitFailedError
from membench.pipelines.browser.page import BrowserWeights, Page, require_ok
from membench.pipelines.browser.pool import ATTEMPTS, PagePool
from membench.pipelines.markup import read_records
from membench.pipelines.site import Response

WEIGHTS = BrowserWeights(process_bytes=10, page_bytes=10)
GOOD = Response(status=200, markup=b"<html><article/></html>", dom_bytes=1)
FAULTS = {
    "crash": Response(status=200, markup=b"", dom_bytes=0, crashes=True),
    "server error": Response(status=503, markup=b"<html/>", dom_bytes=1),
    "cut off": Response(status=200, markup=b"<html><article>", dom_bytes=1),
    "time-out": None,
}


class FaultySite:
    """Fails in the given ways, one an attempt, and then answers."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = faults

    def competitions(self) -> object:
        return iter(())

    def _fault(self, attempt: int) -> str | None:
        return self._faults[attempt] if attempt < len(self._faults) else None

    def latency_seconds(self, url: str, attempt: int) -> float:
        return 9999.0 if self._fault(attempt) == "time-out" else 0.1

    def respond(self, url: str, attempt: int) -> Response:
        fault = self._fault(attempt)
        return GOOD if fault is None else FAULTS[fault]


def read(_: Page, document: Document) -> int:
    require_ok(document)
    return len(read_records(document))


@given(st.lists(st.sampled_from(list(FAULTS)), max_size=5), st.integers(1, 3))
def test_a_visit_succeeds_if_any_attempt_does_and_always_gives_its_page_back(faults: list[str], size: int) -> None:
    async def main() -> PagePool:
        pool = PagePool(Browser(FaultySite(faults), WEIGHTS), size)
        if len(faults) < ATTEMPTS:
            assert await pool.visit("/", read) == 1
        else:
            with pytest.raises(VisitFailedError):
                await pool.visit("/", read)
        return pool

    assert run_on_virtual_clock(main()).lent == 0


@given(st.integers(1, 4), st.integers(1, 12))
def test_never_more_pages_are_lent_than_the_pool_has(size: int, visitors: int) -> None:
    most = 0

    async def main() -> None:
        nonlocal most
        pool = PagePool(Browser(FaultySite([]), WEIGHTS), size)

        async def visitor() -> None:
            nonlocal most
            async with pool.page() as page:
                most = max(most, pool.lent)
                await page.goto("/", 0)

        await asyncio.gather(*(visitor() for _ in range(visitors)))

    run_on_virtual_clock(main())
    assert most == min(size, visitors)


def test_a_crashed_page_is_not_lent_again_and_a_good_one_is() -> None:
    async def main() -> None:
        pool = PagePool(Browser(FaultySite(["crash"]), WEIGHTS), 1)
        async with pool.page() as crashed:
            with pytest.raises(BrowserError):
                await crashed.goto("/", 0)
        async with pool.page() as fresh:
            await fresh.goto("/", 1)
        async with pool.page() as again:
            assert again is fresh is not crashed

    run_on_virtual_clock(main())


def test_a_page_is_given_back_when_its_borrower_is_cancelled() -> None:
    async def main() -> None:
        pool = PagePool(Browser(FaultySite(["time-out"]), WEIGHTS), 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1), pool.page() as page:
                await page.goto("/", 0)
        assert pool.lent == 0
        assert await pool.visit("/", read) == 1

    run_on_virtual_clock(main())


def test_the_failure_of_a_visit_says_what_happened_last() -> None:
    async def main() -> None:
        pool = PagePool(Browser(FaultySite(["crash", "crash", "server error"]), WEIGHTS), 1)
        with pytest.raises(VisitFailedError, match="HttpStatusError: / answered 503"):
            await pool.visit("/", read)

    run_on_virtual_clock(main())


@pytest.mark.parametrize("markup", [b"", b"<html>", b"<a></b>", b"\xff\xfe\x00", b"<html><article></html>"])
def test_markup_that_cannot_be_read_to_its_end_is_one_named_error(markup: bytes) -> None:
    with pytest.raises(MalformedPageError, match="/page"):
        read_records(Document("/page", Response(200, markup, 0)))


def test_fields_are_read_with_their_text_in_the_order_of_the_page() -> None:
    markup = b'<html><article><b data-field="a">x &amp; y</b><i>no</i></article><article/></html>'
    assert read_records(Document("/", Response(200, markup, 0))) == [{"a": "x & y"}, {}]
