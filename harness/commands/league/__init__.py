"""The built-in suite: the league pipelines as workloads, what is told about them, and the suite itself."""
