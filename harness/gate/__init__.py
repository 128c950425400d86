"""Decides whether a change may go in, and measures what it takes to decide."""
