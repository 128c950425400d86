"""What all scenarios share: their description, the site made of it, and the workload that a trial runs."""
