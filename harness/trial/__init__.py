"""One trial, both sides of the process boundary."""
