"""Reads an export of orders. `stream` is the choice that memory hangs on."""

import csv
import os
import tempfile
from collections.abc import Iterable

NOTE = "Please leave the parcel with the neighbours if nobody answers the door. " * 5


def write_export(orders: int, *, stream: bool = False) -> str:
    """Write an export with so many orders and tell where it is."""
    del stream
    descriptor, path = tempfile.mkstemp(suffix=".csv")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((number, number % 100, 995, NOTE) for number in range(orders))
    return path


def import_orders(path: str, orders: int, *, stream: bool) -> int:
    """Add up the cents of an export; removes it afterwards."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            total = total_cents(rows if stream else list(rows))
    finally:
        os.unlink(path)
    if total != 995 * orders:
        raise ValueError(f"{total} cents in {orders} orders")
    return total


def total_cents(rows: Iterable[list[str]]) -> int:
    """Add up the cents of orders."""
    return sum(int(row[2]) for row in rows)
