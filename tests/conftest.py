"""What every test may rely on, and golden files: what was printed when someone last found it good.

After a wanted change, write them anew and read the difference:

    UPDATE_GOLDEN=1 python -m pytest tests && git diff tests/golden
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A run under load must not fail because one example took longer than another.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# A shell has what it starts in the background ignore Ctrl-C, and everything below inherits that; a handler is not
# inherited, so what the tests start can be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# nohup has everything below it ignore the end of a terminal.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

_GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def assert_golden() -> Callable[[str, str], None]:
    def compare(name: str, text: str) -> None:
        path = _GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode(), "see tests/conftest.py for how to accept a change"

    return compare
