"""A static site over all stored runs: an index, a page for each series, regressions by commit, a feed and badges."""
