"""What the verbs share in showing: progress, the report document, the folder of results."""
