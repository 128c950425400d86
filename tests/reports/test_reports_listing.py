import subprocess
import sys

import pytest

from membench.harness.errors import UsageError
from membench.reports import charts, formats

_LIST_AND_NAME_HEAVY = """
import sys
import membench.reports.document, membench.reports.wording
from membench.reports.charts import chart_names
from membench.reports.formats import format_names
chart_names(), format_names()
print(sorted({"matplotlib", "numpy", "rich", "jinja2"} & set(sys.modules)))
"""


def test_listing_imports_no_library() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", _LIST_AND_NAME_HEAVY], capture_output=True, text=True, check=True, timeout=60
    )
    assert listed.stdout.strip() == "[]"


def test_drawing_never_starts_pyplot() -> None:
    program = "import sys; from membench.reports.charts import saving, chart_names, load_chart\n"
    program += "[load_chart(name) for name in chart_names()]; print('matplotlib.pyplot' in sys.modules)"
    drawn = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert drawn.stdout.strip() == "False"


@pytest.mark.parametrize("name", formats.format_names())
def test_a_format_is_named_as_its_file(name: str) -> None:
    loaded = formats.load_format(name)
    assert loaded.name == name
    assert loaded.suffix.startswith(".")


@pytest.mark.parametrize("name", charts.chart_names())
def test_a_chart_is_named_as_its_file(name: str) -> None:
    loaded = charts.load_chart(name)
    assert loaded.name == name
    assert loaded.title


def test_the_names_are_those_of_the_files() -> None:
    assert {"console", "markdown"} <= set(formats.format_names())
    assert {"claims", "peaks", "timeline", "waterfall"} <= set(charts.chart_names())


@pytest.mark.parametrize("name", ["psss", "..document", "os.path", "saving", "__init__", ""])
def test_a_name_that_does_not_exist_is_answered_with_those_that_do(name: str) -> None:
    with pytest.raises(UsageError, match=r"No chart named .*Known: .*claims.*peaks.*timeline.*waterfall"):
        charts.load_chart(name)
    with pytest.raises(UsageError, match=r"No format named .*Known: console.*markdown"):
        formats.load_format(name)
