"""Decodes and validates a JSON document in one pass, with msgspec types built from its JSON Schema.

The schema file stays the only definition. Its types may refuse more than the schema does, such as 5.0 where an integer
is wanted, and never less: what they accept is valid, and what they refuse is a question for jsonschema.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

_SIZES = {"minimum": "ge", "maximum": "le", "minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"}
_COUNTS = {"minItems": "min_length", "maxItems": "max_length"}
_PROPERTIES = {"minProperties": "min_length", "maxProperties": "max_length"}
_NO_RULE = frozenset({"$schema", "title", "description", "type", "examples"})
_SCALARS: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}
_RULES: Mapping[str, frozenset[str]] = {
    "string": frozenset({"minLength", "maxLength", "pattern"}),
    "integer": frozenset({"minimum", "maximum"}),
    "number": frozenset({"minimum", "maximum"}),
    "boolean": frozenset(),
    "null": frozenset(),
    "array": frozenset({"items", *_COUNTS}),
    "object": frozenset({"properties", "required", "additionalProperties", "propertyNames", *_PROPERTIES}),
}


class UnsupportedSchemaError(ValueError):
    """A schema uses a keyword for which there is no type here: only jsonschema can check such a document."""


def type_of(schema: Mapping[str, Any], enumerations: Iterable[type[StrEnum]] = ()) -> Any:
    """Build the type for a JSON Schema, to decode or to convert to.

    An object with properties becomes a struct, which has None for those that may be left out and are; an array becomes
    a tuple, and a string out of the values of one of `enumerations` a member of it.

    Raises:
        UnsupportedSchemaError: the schema says something that the types cannot.
    """
    return _Types(enumerations).of(schema, "Document")


class _Types:
    def __init__(self, enumerations: Iterable[type[StrEnum]]) -> None:
        self._enumerations = {frozenset(map(str, one)): one for one in enumerations}

    def of(self, schema: Mapping[str, Any], name: str) -> Any:
        """Translate one schema; `name` is for the struct that it may become."""
        if "anyOf" in schema:
            _refuse_others(schema, {"anyOf"})
            return self._union(schema["anyOf"], name)
        if "const" in schema:
            _refuse_others(schema, {"const"})
            return Literal[schema["const"]]
        if "enum" in schema:
            _refuse_others(schema, {"enum"})
            return self._enumerations.get(frozenset(schema["enum"])) or Literal[tuple(schema["enum"])]
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._union(_for_each_type(schema, kind), name)
        return self._of_type(schema, kind, name)

    def _of_type(self, schema: Mapping[str, Any], kind: object, name: str) -> Any:
        if not isinstance(kind, str) or kind not in _RULES:
            raise UnsupportedSchemaError(f"{name}: type {kind!r}")
        _refuse_others(schema, _RULES[kind])
        if kind == "array":
            return _limited(tuple[self.of(schema.get("items", {}), name), ...], schema, _COUNTS)  # type: ignore[misc]  # built at run time
        if kind == "object":
            return self._object(schema, name)
        return _limited(_SCALARS[kind], schema, _SIZES)

    def _union(self, choices: Iterable[Mapping[str, Any]], name: str) -> Any:
        from typing import Union  # noqa: PLC0415 - as msgspec is

        return Union[tuple(self.of(choice, name) for choice in choices)]  # noqa: UP007 - of a number known at run time

    def _object(self, schema: Mapping[str, Any], name: str) -> Any:
        import msgspec  # noqa: PLC0415 - as above

        properties, others = schema.get("properties"), schema.get("additionalProperties", True)
        if properties is None:
            names = self.of({"type": "string", **schema.get("propertyNames", {})}, name)
            values = self.of(others, name) if isinstance(others, dict) else Any
            return _limited(dict[names, values], schema, _PROPERTIES)  # type: ignore[valid-type]  # built at run time
        if isinstance(others, dict) or {*_PROPERTIES, "propertyNames"} & schema.keys():
            raise UnsupportedSchemaError(f"{name}: named properties beside others of one type, or counted")
        required = set(schema.get("required", ()))
        if required - properties.keys():
            raise UnsupportedSchemaError(f"{name}: a required property that is not described")
        # The default is None and the type does not take it: null is no value of a property that may be left out.
        fields = [
            (key, self.of(entry, key)) if key in required else (key, self.of(entry, key), None)
            for key, entry in properties.items()
        ]
        return msgspec.defstruct(name, fields, kw_only=True, frozen=True, gc=False, forbid_unknown_fields=not others)


def _for_each_type(schema: Mapping[str, Any], kinds: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    """Divide a schema of several types into one for each, with the rules that are about it."""
    _refuse_others(schema, {rule for kind in kinds for rule in _RULES.get(kind, ())})
    for kind in kinds:
        rules = _RULES.get(kind, frozenset()) & schema.keys()
        yield {"type": kind, **{rule: schema[rule] for rule in rules}}


def _limited(kind: Any, schema: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    import msgspec  # noqa: PLC0415 - as above

    limits = {ours: schema[theirs] for theirs, ours in names.items() if theirs in schema}
    return Annotated[kind, msgspec.Meta(**limits)] if limits else kind


def _refuse_others(schema: Mapping[str, Any], known: Iterable[str]) -> None:
    others = schema.keys() - _NO_RULE - set(known)
    if others:
        raise UnsupportedSchemaError(f"keywords {', '.join(sorted(others))}")
