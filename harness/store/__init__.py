"""Documents on disk: the results of a run, and its readings as they come."""
