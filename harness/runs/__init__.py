"""Many trials: which, in what order, kept how, summed up into samples."""
