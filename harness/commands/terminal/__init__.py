"""What the verbs share on the terminal: options, progress, output, exit."""
