"""The mocked browser: pages that hold real bytes, a pool of them, latency on a virtual clock, and faults."""
