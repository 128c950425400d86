"""How `make docs` builds the site. Every warning is an error: a broken link, a name without a docstring."""

import inspect

import membench

project = "membench"
author = "the membench authors"
project_copyright = "the membench authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "membench"
html_copy_source = False
html_show_sphinx = False
nitpicky = True
nitpick_ignore_regex = [
    # The standard library's pages would have to be fetched.
    ("py:class", r"(collections\.abc|os|pathlib|typing|enum)\..*"),
    # What a field of a public class holds; the module that has it is no public name.
    ("py:class", r"membench\.harness\..*"),
]
autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
myst_heading_anchors = 3


def require_docstrings() -> None:
    """Fail where a public name says nothing of itself.

    Raises:
        ValueError: one has no docstring of its own.
    """
    silent = [name for name in membench.__all__ if not inspect.getdoc(getattr(membench, name))]
    if silent:
        raise ValueError(f"public names without a docstring: {', '.join(silent)}")


require_docstrings()
