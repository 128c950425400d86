"""What an explanation says: in sentences, as a table for terminals and Markdown, as stacks for other tools."""
