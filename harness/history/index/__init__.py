"""An index over stored runs, made of their documents and of git; it can be thrown away."""
