"""What Python's allocator says of itself."""

import gc
import os
import subprocess
import sys

from membench.harness.plugin.pymalloc import free_bytes

MIB = 1024 * 1024


def test_memory_that_is_let_go_of_but_pinned_is_free() -> None:
    gc.collect()
    before = free_bytes()
    objects = [object() for _ in range(2_000_000)]
    pins = objects[::20_000]
    held = free_bytes()
    del objects
    freed = free_bytes() - held
    assert pins
    assert freed > 16 * MIB, "2 million objects of 16 bytes"
    assert held - before < 2 * MIB


def test_standard_error_is_as_it_was() -> None:
    kept = os.fstat(2)
    free_bytes()
    now = os.fstat(2)
    assert (kept.st_dev, kept.st_ino) == (now.st_dev, now.st_ino)


def test_another_allocator_has_none() -> None:
    code = "from membench.harness.plugin.pymalloc import free_bytes; print(free_bytes())"
    environment = os.environ | {"PYTHONMALLOC": "malloc"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
