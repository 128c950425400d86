"""The measuring engine. Importing the package itself costs nothing: the measured process does it too."""
