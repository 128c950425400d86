"""Workloads for the pipelines: one `SCENARIO` a file, found by discovery."""
