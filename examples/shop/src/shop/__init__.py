"""A small shop, to show how a project watches its memory."""
