"""Suites: where workloads come from, and what is to be told about them."""
