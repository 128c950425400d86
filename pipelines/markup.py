"""Reads pages: the elements that are records, and the fields inside them."""

from pyexpat import ExpatError, ParserCreate

from membench.pipelines.browser.document import Document
from membench.pipelines.browser.errors import MalformedPageError

RECORD = "article"
FIELD = "data-field"


def read_records(document: Document) -> list[dict[str, str]]:
    """Give the fields of each record on a page, in the order of the page.

    A record is an `article` element; a field is an element with a `data-field` attribute inside one.

    Raises:
        MalformedPageError: the markup ends too early or is not well-formed.
    """
    records: list[dict[str, str]] = []
    field: list[str] = []  # the name of the open field, if any
    text: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == RECORD:
            records.append({})
        elif FIELD in attributes and records:
            field[:] = [attributes[FIELD]]
            text.clear()

    def end(_: str) -> None:
        if field:
            records[-1][field.pop()] = "".join(text)

    def characters(data: str) -> None:
        if field:
            text.append(data)

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(document.markup, True)  # noqa: FBT003 - expat takes it by position only
    except ExpatError:
        raise MalformedPageError(document.url) from None
    return records
