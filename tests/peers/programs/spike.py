"""Touches 200 MiB, holds them for a millisecond, and does little else."""

import os
import time

from own_peak import tell_own_peak

SPIKE_BYTES = 200 * 1024 * 1024
HOLD_SECONDS = 0.001


def spike() -> None:
    block = b"x" * SPIKE_BYTES
    time.sleep(HOLD_SECONDS)
    del block


if __name__ == "__main__":
    # The comparison moves the spike a little in each repeat, lest a sampler meets it always or never.
    time.sleep(0.3 + float(os.environ.get("PEERS_DELAY_SECONDS", "0")))
    before = time.perf_counter()
    spike()
    block_seconds = time.perf_counter() - before
    time.sleep(0.3)
    tell_own_peak(block_seconds)
