"""Where workloads come from: a project's settings, an asv suite, the league's interface."""
