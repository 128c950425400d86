"""The commit that raised the peak, found by measuring few of many."""
