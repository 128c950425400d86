"""Who killed the worker: a limit for each process that runs tests, and what is known of one that it ended."""
