"""What does the committed document say that a request and a reply look like?

Knows the part of JSON Schema that the document uses, and fails on any other word, so that nothing is left unchecked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

DOCUMENT: Final = Path(__file__).parents[2] / "resources" / "openapi.json"
JSON_TYPE: Final = "application/json"
JSON_WHOLE: Final = 2**53 - 1
NOTES: Final = {"title", "description", "default"}
WORDS: Final[Mapping[str, set[str]]] = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "maxItems"},
    "string": {"minLength", "maxLength", "pattern", "enum"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "boolean": set(),
    "null": set(),
}
TYPES: Final = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}

Schema = Mapping[str, Any]


class WireDocument:
    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    @classmethod
    def committed(cls) -> WireDocument:
        return cls(json.loads(DOCUMENT.read_text(encoding="utf-8")))

    def operation(self, method: str, path: str) -> Operation:
        return Operation(self, self._content["paths"][path][method.lower()])

    def resolve(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        found: Schema = self._content["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found

    def faults(self, value: Any, schema: Schema, where: str = "$") -> Iterator[str]:
        """Where `value` is not what `schema` says, and how."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            require_known(schema, {"anyOf"})
            if all(list(self.faults(value, each, where)) for each in schema["anyOf"]):
                yield f"{where} is none of what it may be: {value!r}"
            return
        kind = schema.get("type", "string")
        require_known(schema, {"type"} | WORDS[kind])
        if type_of(value) != kind and (type_of(value), kind) != ("integer", "number"):
            yield f"{where} is no {kind}: {value!r}"
        elif isinstance(value, dict):
            yield from self._object_faults(value, schema, where)
        elif isinstance(value, list):
            if len(value) > schema.get("maxItems", len(value)):
                yield f"{where} has too many items"
            for number, each in enumerate(value):
                yield from self.faults(each, schema["items"], f"{where}[{number}]")
        elif isinstance(value, str):
            yield from text_faults(value, schema, where)
        elif isinstance(value, int | float) and not (
            schema.get("minimum", value) <= value <= schema.get("maximum", value)
        ):
            yield f"{where} is out of range: {value}"

    def _object_faults(self, value: Mapping[str, Any], schema: Schema, where: str) -> Iterator[str]:
        known = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, each in value.items():
            if name in known:
                yield from self.faults(each, known[name], f"{where}.{name}")
            elif known:
                yield f"{where}.{name} is not known to the server"

    def examples(self, schema: Schema) -> st.SearchStrategy[Any]:
        """Everything that `schema` allows, with whole numbers that JSON readers agree on."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            return st.one_of([self.examples(each) for each in schema["anyOf"]])
        match schema.get("type", "string"):
            case "object":
                known = {name: self.examples(each) for name, each in schema.get("properties", {}).items()}
                required = {name: known.pop(name) for name in schema.get("required", [])}
                return st.fixed_dictionaries(required, optional=known)
            case "array":
                return st.lists(self.examples(schema["items"]), max_size=3)
            case kind:
                return SIMPLE_EXAMPLES[kind](schema)


@dataclass(frozen=True, slots=True)
class Operation:
    document: WireDocument
    content: Mapping[str, Any]

    @property
    def request(self) -> Schema:
        schema: Schema = self.content["requestBody"]["content"][JSON_TYPE]["schema"]
        return schema

    def success(self) -> tuple[int, Schema | None]:
        """Status and, where there is one, form of the answer when all went well."""
        ((status, found),) = [
            (int(status), found) for status, found in self.content["responses"].items() if status < "300"
        ]
        return status, found.get("content", {}).get(JSON_TYPE, {}).get("schema")

    def failures(self) -> dict[int, Mapping[str, Any]]:
        return {int(status): found for status, found in self.content["responses"].items() if status >= "400"}

    @property
    def query_names(self) -> set[str]:
        return {each["name"] for each in self.content.get("parameters", []) if each["in"] == "query"}


def require_known(schema: Schema, words: set[str]) -> None:
    unknown = set(schema) - NOTES - words
    assert not unknown, f"the document says something that this test does not know: {unknown}"


def type_of(value: object) -> str:
    return TYPES[type(value)]


def text_faults(text: str, schema: Schema, where: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        yield f"{where} is too short or too long"
    if re.search(schema.get("pattern", ""), text) is None:
        yield f"{where} has another form: {text!r}"
    if text not in schema.get("enum", [text]):
        yield f"{where} is no word of the server: {text!r}"


def text_examples(schema: Schema) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"]), fullmatch=True)
    letters = st.characters(exclude_categories=["Cs"])
    longest = min(40, schema.get("maxLength", 40))
    return st.text(letters, min_size=schema.get("minLength", 0), max_size=longest)


SIMPLE_EXAMPLES: Final[Mapping[str, Callable[[Schema], st.SearchStrategy[Any]]]] = {
    "string": text_examples,
    "integer": lambda schema: st.integers(schema.get("minimum", 0), schema.get("maximum", JSON_WHOLE)),
    "number": lambda _: st.decimals(0, 10**10, places=4),
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
}
