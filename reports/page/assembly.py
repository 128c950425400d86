"""Puts a page together: everything inside one file, nothing from outside, and nothing that data could start."""

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from membench.reports import wording
from membench.reports.page import bars, links
from membench.reports.palette import COLOURS, NEED, PHASE_COLOURS, REPLACE, RISE

_FOLDER = Path(__file__).parent
_LIBRARY = _FOLDER / "vendor" / "uplot"
_LIBRARY_BANNER = re.compile(r"/\*!.*?\*/\s*", re.DOTALL)
_LINE_BANNER = re.compile(r"//[^\n]*\n")
_FLAME = _FOLDER / "vendor" / "d3-flame-graph"
_SELECTION = _FOLDER / "vendor" / "d3-selection"

# What could end the element, start a comment in it, or end a line in older scripts.
_ESCAPED_IN_JSON = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def assemble(
    template: str, *, charts: list[dict[str, Any]], flame: dict[str, Any] | None = None, **context: object
) -> str:
    """Return a page as text, ending in a newline; the same arguments give the same text.

    `charts` is what the script draws, `flame` what the flame graph does; every text in them and in `context` is
    shown and does nothing else.
    """
    style, scripts, flame_scripts = _style(), _scripts(), _flame_scripts() if flame is not None else ()
    if flame is not None:
        style = _one_paragraph(f"{style}\n{_flame_style()}")
    page = _environment().get_template(template)
    text = page.render(
        **context,
        style=Markup(style),  # noqa: S704 - files of this package
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - files of this package
        flame_scripts=[Markup(script) for script in flame_scripts],  # noqa: S704 - files of this package
        policy=_policy(style, (*scripts, *flame_scripts)),
        data=as_json(charts),
        flame=as_json(flame) if flame is not None else None,
        has_charts=bool(charts),
    )
    # Blocks that printed nothing leave their lines behind.
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


def as_json(value: object) -> Markup:
    """Return a value as JSON that can stand in a script element: no text in it can end that element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_ESCAPED_IN_JSON))  # noqa: S704 - this is the escaping


def _finalize(value: object) -> Markup:
    # Every value that a template prints passes here, so that none can be forgotten.
    return value if isinstance(value, Markup) else escape(wording.plain(str(value)))


def html_environment(folder: Path, **names: Any) -> Environment:
    """Make the environment of a folder of HTML templates: all that they print is made plain and escaped.

    Args:
        folder: where the templates are.
        names: what they can name beside what they are rendered with; `wording` is among it.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(wording=wording, **names)
    return environment


@cache
def _environment() -> Environment:
    return html_environment(_FOLDER, bars=bars, links=links)


@cache
def _style() -> str:
    colours = {f"role-{role}": colour for role, colour in COLOURS.items()}
    colours |= {f"phase-{number}": colour for number, colour in enumerate(PHASE_COLOURS)}
    colours["role-rise"] = RISE
    properties = "".join(f"--{name}:{colour};" for name, colour in colours.items())
    properties += f"--less:{_channels(REPLACE)};--more:{_channels(NEED)};"
    fills = "".join(f".{name}{{fill:var(--{name});stroke:var(--{name})}}" for name in colours)
    own = (_FOLDER / "page.css").read_text(encoding="utf-8")
    library = (_LIBRARY / "uPlot.min.css").read_text(encoding="utf-8")
    return _one_paragraph(f"{library}\n:root{{{properties}}}\n{fills}\n{own}")


def _channels(colour: str) -> str:
    """Write a colour as the numbers that `rgba` takes."""
    return ",".join(str(channel) for channel in bytes.fromhex(colour.removeprefix("#")))


@cache
def _scripts() -> tuple[str, str]:
    licence = (_LIBRARY / "LICENSE").read_text(encoding="utf-8")
    library = (_LIBRARY / "uPlot.iife.min.js").read_text(encoding="utf-8")
    # The licence itself takes the place of the banner, which has an address in it.
    with_licence = f"/*! uPlot 1.6.32\n{licence}*/\n{_LIBRARY_BANNER.sub('', library, count=1)}"
    return _one_paragraph(with_licence), _one_paragraph((_FOLDER / "page.js").read_text(encoding="utf-8"))


@cache
def _flame_scripts() -> tuple[str, ...]:
    licences = [(folder / "LICENSE").read_text(encoding="utf-8") for folder in (_FLAME, _SELECTION)]
    selection = (_SELECTION / "d3-selection.min.js").read_text(encoding="utf-8")
    graph = (_FLAME / "d3-flamegraph.min.js").read_text(encoding="utf-8")
    selection = _LINE_BANNER.sub("", selection, count=1)
    # d3-flame-graph has d3's modules within, which have the licence of this one.
    parts = (
        f"/*! d3-selection 3.0.0, and d3's modules in what follows\n{licences[1]}*/\n{selection}",
        f"/*! d3-flame-graph 4.1.3\n{licences[0]}*/\n{graph}",
        (_FOLDER / "flame.js").read_text(encoding="utf-8"),
    )
    return tuple(map(_one_paragraph, parts))


@cache
def _flame_style() -> str:
    library = (_FLAME / "d3-flamegraph.css").read_text(encoding="utf-8")
    return f"{library}\n{(_FOLDER / 'flame.css').read_text(encoding='utf-8')}"


def _one_paragraph(text: str) -> str:
    """Take out empty lines beforehand: the policy has a hash of every byte that stands in the page."""
    return re.sub(r"\n\s*\n+", "\n", text).strip()


def _policy(style: str, scripts: tuple[str, ...]) -> str:
    """Allow what stands in the page, by its hash, and nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {' '.join(map(_hash, scripts))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
