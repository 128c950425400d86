"""In the fresh interpreter: measures the one test that it runs, and leaves an answer. Judges nothing."""

import json
import time
from collections.abc import Generator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from membench.harness.errors import MembenchError
from membench.harness.plugin.instruments import METERS, Instrument, LeftTracer, Measured, PeakTracer
from membench.harness.plugin.judging import fail, refuse_async
from membench.harness.plugin.marker import require_no_clash
from membench.harness.plugin.names import MARKER
from membench.harness.plugin.rerun import LEFT_SITES, PEAK_SITES

_MEMRAY_MANAGER = "memray_manager"  # the part of pytest-memray that tracks
_TRACERS: Mapping[str, type[PeakTracer | LeftTracer]] = {PEAK_SITES: PeakTracer, LEFT_SITES: LeftTracer}
_STRICT = "[XPASS(strict)]"  # how pytest says that a test should have failed: whoever asked will say it again


class Child:
    """Hooks of the other pytest."""

    def __init__(self, config: pytest.Config) -> None:
        path = Path(config.getoption("membench_child"))
        request = json.loads(path.read_text(encoding="utf-8"))
        self._answer = Path(request["answer"])
        self._meter: str = request["meter"]
        self._measured: Measured | None = None
        self._wall_seconds = 0.0
        self._outcome = ""
        self._text: list[str] = []
        self._rows: list[dict[str, Any]] = []
        self._sections: list[tuple[str, str]] = []
        config.option.membench_json = config.option.membench_baseline = None
        config.option.membench_update = config.option.membench = False
        config.option.membench_csv = config.option.membench_limit = config.option.membench_budgets = None
        vars(config.option).update({name: value for name, value in request["options"].items() if name in config.option})

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep pytest-memray off where lines are looked for: its tracker takes the place of what looks."""
        if self._meter in _TRACERS and session.config.pluginmanager.hasplugin(_MEMRAY_MANAGER):
            session.config.pluginmanager.unregister(name=_MEMRAY_MANAGER)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure the test."""
        instrument = _instrument(self._meter)
        started = time.monotonic()
        try:
            require_no_clash(item, self._meter)
            instrument.start()
            result = yield
            self._wall_seconds = time.monotonic() - started
            self._measured = instrument.stop()
        except MembenchError as error:
            fail(f"{MARKER}: {error}")
        except (pytest.fail.Exception, pytest.skip.Exception) as error:
            refuse_async(item, error)
            raise
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how each part of the test went; the worst is the outcome."""
        self._rows += getattr(report, "membench_rows", [])
        reason = getattr(report, "wasxfail", None)
        if report.failed and not report.longreprtext.startswith(_STRICT):
            self._outcome = "failed"
            self._text.append(report.longreprtext)
            self._sections = [(_stream(title), text) for title, text in report.sections]
        elif report.skipped and self._outcome != "failed":
            self._outcome = "skipped" if reason is None else "xfailed"
            self._text = [_skip_reason(report) if reason is None else reason]
        elif not self._outcome and report.when == "call":
            self._outcome = "passed"

    def pytest_sessionfinish(self) -> None:
        """Leave the answer, unless no test was found: then what was printed says why."""
        if not self._outcome:
            return
        answer = {
            "outcome": self._outcome,
            "text": "\n".join(self._text),
            "measured": asdict(self._measured) if self._measured else None,
            "wall_seconds": self._wall_seconds,
            "rows": self._rows,
            "sections": self._sections,
        }
        part = self._answer.with_suffix(".part")
        part.write_text(json.dumps(answer), encoding="utf-8")
        part.replace(self._answer)


def _instrument(meter: str) -> Instrument:
    return _TRACERS[meter]() if meter in _TRACERS else METERS[meter]()


def _stream(title: str) -> str:
    """Name the stream in a title such as "Captured stdout call"."""
    return " ".join(title.split()[1:-1]) or title


def _skip_reason(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    reason = longrepr[2] if isinstance(longrepr, tuple) else report.longreprtext
    return reason.removeprefix("Skipped: ")
