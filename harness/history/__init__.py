"""Stored runs in order."""
