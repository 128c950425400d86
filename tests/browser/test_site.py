"""The site opened from disk in a browser: it asks for its own files alone, and its list searches and sorts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_site import series, site

from membench.reports.site.assembly import site_files
from membench.reports.site.document import ShownSeries


@pytest.fixture
def written(tmp_path: Path) -> Path:
    many = site("<b>orders</b>")
    more = tuple(ShownSeries(series=series(scenario=f"job {number}"), changes=()) for number in range(2000))
    for name, text in site_files(replace(many, series=(*many.series, *more))):
        if name.startswith("series/") and not name.startswith(f"series/{many.series[0].slug}"):
            continue
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "site"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_list_opens_searches_and_leads_to_a_page(browser: Any, written: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((written / "index.html").as_uri())
    assert page.locator("#count").text_content() == "2,001 of 2,001"
    assert page.locator("#list tbody tr").count() == 200
    assert page.locator("#list tbody tr").first.locator("th a").text_content() == "<b>orders</b>, n=1"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator("#query").fill("JOB 1999")
    assert page.locator("#list tbody tr").count() == 1
    page.locator("#query").fill("")
    page.locator("#state").select_option("new")
    page.locator("#list tbody a").click()
    assert page.locator("h1").text_content() == "<b>orders</b>, n=1"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("getComputedStyle(document.querySelector('.curve .line')).fill") == "none"
    assert complaints == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()
