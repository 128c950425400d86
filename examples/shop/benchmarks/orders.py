"""Peak memory of the shop, as asv measures it: a function, a class with parameters, and one with a cache."""

import csv
import io

LINE = '1,2,995,"to the neighbours"\n'


def peakmem_nothing():
    """What a process takes that has nothing to do."""


def peakmem_parse():
    """A long export, read at once."""
    return list(csv.reader(io.StringIO(LINE * 50_000)))


class Collect:
    """The cents of many orders."""

    params = ([10_000, 200_000], ["list", "set"])
    param_names = ["orders", "into"]
    timeout = 60

    def setup(self, orders, into):
        self.lines = [f"order {number}" for number in range(orders)]

    def peakmem_collect(self, orders, into):
        return (list if into == "list" else set)(line.partition(" ")[2] for line in self.lines)

    def teardown(self, orders, into):
        del self.lines


class Catalogue:
    """A catalogue that is made once, and read by each benchmark."""

    def setup_cache(self):
        return {str(number): number * 1.5 for number in range(100_000)}

    def peakmem_copy(self, catalogue):
        return {name: [price] * 5 for name, price in catalogue.items()}


def track_resident():
    """What asv's own process holds when a benchmark begins: membench takes this for none of its own."""
    with open("/proc/self/status", encoding="ascii") as file:
        return int(file.read().split("VmRSS:")[1].split()[0]) * 1024
