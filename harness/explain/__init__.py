"""Why memory grew: captures read, call paths compared, holders found, leaks told from caches. Decides nothing."""
