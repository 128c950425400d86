"""Where the measured process imports membench's own workloads from."""

from pathlib import Path

# This file is membench/harness/trial/import_root.py, in a checkout by way of the link src/membench/harness.
IMPORT_ROOT = Path(__file__).absolute().parents[3]
"""The folder that holds the package `membench`."""
