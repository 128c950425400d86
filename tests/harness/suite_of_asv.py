"""Writes an asv suite for tests: each of the things that asv_runner looks for, once."""

from pathlib import Path

PLAIN = """
import json
from dataclasses import dataclass

CALLS = []


def setup():
    CALLS.append("module")


def peakmem_plain():
    assert CALLS == ["module"]
    return b"x" * 40_000_000


def peakmem_raises():
    raise ValueError("no orders")


def peakmem_skipped():
    raise AssertionError


peakmem_skipped.skip_benchmark = True


def time_other():
    raise AssertionError


def peakmem_renamed():
    pass


peakmem_renamed.benchmark_name = "shop.peakmem_under_another_name"
"""

CLASSES = """
import abc


class Thing:
    pass


class Sized:
    params = ([10, 40], ["bytes", Thing()])
    param_names = ["size"]
    timeout = 30

    def setUp(self, size, kind):
        if size == 40 and kind != "bytes":
            raise NotImplementedError
        self.prepared = b"x" * 100_000_000  # a moment's spike, which is not to be counted
        self.prepared = b"y" * 1000

    def peakmem_hold(self, size, kind):
        assert len(self.prepared) == 1000
        return b"x" * (size * 1_000_000)

    peakmem_hold.skip_params = [(10, params[1][1])]

    def teardown(self, size, kind):
        with open("torn-down", "w") as file:
            file.write(str(size))


class Same:
    params = [1, 1]

    def peakmem_same(self, number):
        assert number == 1


class Abstract(abc.ABC):
    @abc.abstractmethod
    def peakmem_never(self):
        raise AssertionError


class Cached:
    def setup_cache(self):
        with open("beside", "w") as file:
            file.write("left")
        return {"orders": list(range(1000))}

    def setup(self, cache):
        self.count = len(cache["orders"])

    def peakmem_read(self, cache):
        with open("beside") as file:
            assert file.read() == "left"
        assert self.count == len(cache["orders"]) == 1000

    def teardown(self, cache):
        raise RuntimeError("torn down")


class Inheriting(Cached):
    def teardown(self, cache):
        pass
"""


def write_suite(folder: Path) -> Path:
    """Write the suite into a folder, and give its own."""
    suite = folder / "bench"
    (suite / "deep").mkdir(parents=True)
    (suite / "__init__.py").touch()
    (suite / "deep" / "__init__.py").touch()
    (suite / "plain.py").write_text(PLAIN)
    (suite / "deep" / "classes.py").write_text(CLASSES)
    (folder / "asv.conf.json").write_text('{\n  // where they are\n  "benchmark_dir": "bench",\n}\n')
    return suite
