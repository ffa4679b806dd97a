"""What is the least that an operation takes?"""

from __future__ import annotations

import json
import re
from typing import Any, Final

Document = dict[str, Any]

TEXTS: Final = (
    "x",
    "open",
    "a-text-of-some-length",
    "a@b.test",
    "NEW",
    "BP-4711",
    "USD",
    "11111111-1111-4111-8111-111111111111",
    "0" * 64,
    "2026-11-24",
    "Europe/Berlin",
    "https://example.com/hook",
)
WORDS: Final[dict[str, Any]] = {
    "level": "project",
    "action_id": "11111111-1111-4111-8111-111111111111",
}  # in paths
PLACE: Final = re.compile(r"\{(\w+)\}")


def body_of(document: Document, operation: dict[str, Any], ids: dict[str, Any] | None = None) -> bytes:
    """Empty where the operation takes none. `ids`: by the name of the field."""
    if "requestBody" not in operation:
        return b""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    said = example(document, schema)
    return json.dumps(
        {**said, **{name: value for name, value in (ids or {}).items() if name in said}}
    ).encode()


def path_of(path: str, ids: dict[str, Any]) -> str:
    """`ids`: by the name of the place in the path; 1 for a number that is not among them."""
    known = WORDS | ids
    return PLACE.sub(lambda match: str(known.get(match[1], 1)), path)


def example(document: Document, schema: dict[str, Any]) -> Any:
    """Something that fits, with nothing in it that may be left out."""
    schema = _followed(document, schema)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {
                name: example(document, schema["properties"][name]) for name in schema.get("required", ())
            }
        case "array":
            return [example(document, schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "string":
            return next(text for text in TEXTS if _fits(schema, text))
        case "integer" | "number":
            return max(1, schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
        case other:
            return False if other == "boolean" else None


def _followed(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema or "oneOf" in schema:
            kinds = schema.get("anyOf") or schema["oneOf"]
            schema = next(kind for kind in kinds if kind != {"type": "null"})
        else:
            return schema


def _fits(schema: dict[str, Any], text: str) -> bool:
    if schema.get("format") == "date":
        return text == "2026-11-24"
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return long_enough and re.search(schema.get("pattern", ""), text) is not None
