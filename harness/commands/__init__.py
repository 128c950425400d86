"""The verbs of the command line, one a file, and the command line itself. Only what is below this package prints.

Nothing is defined here: a verb's module becomes an attribute of this package, and `list` would hide the built-in.
"""
