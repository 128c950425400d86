"""Opens pages in Debian's Chromium, driven by Playwright; pages are tested for what a person meets.

    pip install -e '.[browser]' and apt-get install chromium     (or: make browser)

MEMBENCH_CHROMIUM names another Chromium than the one on the PATH.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_HOW = "Pages are tested in a browser: `make browser` installs Playwright from PyPI and Debian's chromium."
_NAMES = ("chromium", "chromium-browser", "google-chrome")


class Opened:
    """A page that was opened, and what it said and asked for meanwhile."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())
        self.asked_elsewhere = [url for url in self.requests if url not in {path.as_uri(), "data:,"}]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Not for the whole session: while Playwright is there its event loop is running, and no other test could run one.
    playwright = pytest.importorskip("playwright.sync_api", reason=_HOW)
    path = os.environ.get("MEMBENCH_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip(f"No Chromium was found. {_HOW}")
    with playwright.sync_playwright() as running:
        # Containers run this as root, where Chromium's own sandbox refuses to start.
        opened = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    pages = []

    def opened(text: str, *, width: int = 1280, scheme: str = "light") -> Opened:
        path = tmp_path / f"page-{len(pages)}.html"
        path.write_text(text, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        return Opened(page, path)

    yield opened
    for page in pages:
        page.close()
