"""Writes figures to files: the same report gives the same bytes, and a name from data stays in its folder."""

import io
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from membench.harness.errors import UnwritableOutputError
from membench.reports.charts import chart_names, load_chart, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from membench.reports.document import Report

_DOTS_PER_INCH = 150
_MOST_DOTS = 20_000  # to a side; matplotlib draws at most 65,535, and a picture takes 4 bytes a dot
_COLOURS = 256  # as many as one byte a dot can name
_LONGEST_STEM = 100  # letters; a file system takes 255 bytes with the suffix
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")

# matplotlib would otherwise write the time of day and its version into the file.
_SAME_EVERY_TIME: dict[str, dict[str, None]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}


def write_charts(report: "Report", folder: Path) -> list[Path]:
    """Write every chart that has something to show as SVG and PNG, and return the files in the order drawn.

    Each file appears whole or not at all.

    Raises:
        UnwritableOutputError: the folder cannot be made or written to.
    """
    written: list[Path] = []
    taken: set[str] = set()
    for name in chart_names():
        for drawn_as, figure in load_chart(name).draw(report):
            stem = _not_taken(file_stem(drawn_as), taken)
            written += [_write(folder / f"{stem}.{kind}", picture(figure, kind)) for kind in ("svg", "png")]
    return written


def picture(figure: "Figure", kind: str) -> bytes:
    """Return a figure as the bytes of an `svg` or a `png` file; the same figure gives the same bytes."""
    stream = io.BytesIO()
    dots = min(_DOTS_PER_INCH, _MOST_DOTS / max(figure.get_size_inches()))
    with style.applied():
        figure.savefig(stream, format=kind, dpi=dots, metadata=_SAME_EVERY_TIME[kind])
    return _with_a_palette(stream) if kind == "png" else stream.getvalue()


def _with_a_palette(stream: io.BytesIO) -> bytes:
    """Write a picture with 256 colours, which is about what a chart has, in a third of the bytes."""
    from PIL import Image  # noqa: PLC0415 - comes with matplotlib, and only pictures need it

    small = io.BytesIO()
    with Image.open(stream) as picture:
        flat = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    flat.save(small, "png", optimize=True, dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
    return small.getvalue()


def file_stem(text: str) -> str:
    """Make a file's name, without its suffix, of a text from data: it names no folder and hides nothing."""
    return _UNSAFE.sub("-", text)[:_LONGEST_STEM].strip("-.") or "chart"


def _not_taken(stem: str, taken: set[str]) -> str:
    """Number the names that were different before they became safe."""
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def _write(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise UnwritableOutputError(f"{path} cannot be written: {error.strerror}. Give a folder that can.") from error
    return path


def _replace(path: Path, content: bytes) -> None:
    # In the same folder, for a file can only be renamed within one file system.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}-", delete=False) as stream:
        beside = Path(stream.name)
        try:
            stream.write(content)
            stream.flush()
            beside.chmod(0o644)  # temporary files are made for their owner alone
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
