import hashlib
import re
from pathlib import Path

import pytest

import membench.reports.page

_VENDOR = Path(membench.reports.page.__file__).parent / "vendor"
_LISTED = dict(re.findall(r"`(\S+/\S+)` \| `([0-9a-f]{64})`", (_VENDOR / "README.md").read_text(encoding="utf-8")))


def test_every_vendored_file_is_listed() -> None:
    found = {path.relative_to(_VENDOR).as_posix() for path in _VENDOR.rglob("*") if path.is_file()}
    assert found - {"README.md"} == set(_LISTED)


@pytest.mark.parametrize("name", _LISTED)
def test_a_vendored_file_is_as_its_package_has_it(name: str) -> None:
    assert hashlib.sha256((_VENDOR / name).read_bytes()).hexdigest() == _LISTED[name]
