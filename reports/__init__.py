"""Draws what was measured. Nothing here measures, compares or decides: every number arrives final."""
