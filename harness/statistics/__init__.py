"""Pure functions over samples."""
