"""Memory in the test suite that runs anyway; needs nothing but pytest with membench beside it."""

import pytest
from shop.imports import import_orders, write_export

MIB = 1024 * 1024


def test_a_stream_takes_little_memory_however_long_it_is(peak_memory):
    path = write_export(20_000)
    reading = peak_memory(import_orders, path, 20_000, stream=True)
    assert reading.outcome == "ok"
    assert reading.peak_bytes < 32 * MIB


@pytest.mark.memory_budget("64 MiB", growth="1 MiB")
def test_importing_a_stream_leaves_the_test_process_as_it_was():
    import_orders(write_export(2_000), 2_000, stream=True)
