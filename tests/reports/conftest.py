"""Golden files: what a format printed when someone last looked at it and found it good.

After a wanted change, write them anew and read the difference:

    UPDATE_GOLDEN=1 python -m pytest tests/reports && git diff tests/golden
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

_GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def assert_golden() -> Callable[[str, str], None]:
    def compare(name: str, text: str) -> None:
        path = _GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode(), "see tests/reports/conftest.py for how to accept a change"

    return compare
