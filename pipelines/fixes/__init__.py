"""One decision point a file: its forms side by side, the leak beside the fix, and what was claimed of it."""
