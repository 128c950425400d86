"""The JSON Schemas that ship with the package; what is written and what is read is validated against them."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

D = TypeVar("D", bound=Mapping[str, Any])


@cache
def validator(name: str) -> Any:
    """Load the validator of a document, such as `membench-results`."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second that --help can do without

    text = (files("membench.harness") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def validated(document: D, name: str) -> D:
    """Give back a document that is as its schema says; anything else is a defect of membench."""
    validator(name).validate(document)
    return document
