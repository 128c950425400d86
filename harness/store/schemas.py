"""The JSON Schemas that ship with the package; what is written and what is read is validated against them."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

D = TypeVar("D", bound=Mapping[str, Any])


@cache
def schema_of(name: str) -> Mapping[str, Any]:
    """Load the schema of a document, such as `membench-results`."""
    text = (files("membench.harness") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


@cache
def validator(name: str) -> Any:
    """Load the validator of a document, which tells what is wrong with one; `is_valid` tells sooner whether it is."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second that --help can do without

    return Draft202012Validator(schema_of(name))


def is_valid(document: object, name: str) -> bool:
    """Tell whether a document is as its schema says."""
    import msgspec  # noqa: PLC0415 - only where documents are read or written

    try:
        msgspec.convert(document, _type(name))
    except (msgspec.ValidationError, ValueError, RecursionError):
        # The types may refuse more than the schema does.
        return bool(validator(name).is_valid(document))
    return True


def validated(document: D, name: str) -> D:
    """Give back a document that is as its schema says; anything else is a defect of membench."""
    if not is_valid(document, name):
        validator(name).validate(document)
    return document


@cache
def _type(name: str) -> Any:
    from membench.harness.store.decoding import type_of  # noqa: PLC0415 - as msgspec is

    return type_of(schema_of(name))
