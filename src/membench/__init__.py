"""Exact peak memory: measure it, compare it, gate on it."""
