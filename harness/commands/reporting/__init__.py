"""From results to the report document."""
