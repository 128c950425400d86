"""Measures every test of a session in the process that runs it, at next to no cost."""
