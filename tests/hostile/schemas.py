"""What is the smallest value that a schema takes, and what may stand where in it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hypothesis import Phase, find, settings
from hypothesis import strategies as some

Schema = dict[str, Any]
Path = tuple[str | int, ...]

KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
DATES: Final = {"date": "2026-11-25", "date-time": "2026-11-25T08:00:00Z"}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a body, such as `actions[0].seq`, and what may stand there."""

    path: Path
    schema: Schema
    kinds: frozenset[str]
    is_required: bool = True

    @property
    def name(self) -> str:
        return spelled(self.path)


def spelled(path: Path) -> str:
    """As the server names it."""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return words.removeprefix(".")


class Book:
    """The schemas of a description."""

    def __init__(self, document: Schema) -> None:
        self._named: Schema = document["components"]["schemas"]

    def whole(self, schema: Schema) -> list[Schema]:
        """What `schema` may be, one after the other, without references."""
        if "$ref" in schema:
            named = self._named[schema["$ref"].rpartition("/")[2]]
            return self.whole({**named, **{key: value for key, value in schema.items() if key != "$ref"}})
        for key in ("anyOf", "oneOf"):
            if key in schema:
                rest = {name: value for name, value in schema.items() if name != key}
                return [found for each in schema[key] for found in self.whole({**each, **rest})]
        return [schema]

    def smallest(self, schema: Schema) -> Any:
        """Only what is required, and of that the least."""
        likely = [each for each in self.whole(schema) if each.get("type") != "null"] or [{"type": "null"}]
        return self._smallest(likely[0])

    def _smallest(self, schema: Schema) -> Any:
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                required = schema.get("required", ())
                return {name: self.smallest(schema["properties"][name]) for name in required}
            case "array":
                return [self.smallest(schema["items"])] if schema.get("minItems") else []
            case "string":
                return text(schema.get("format"), schema.get("pattern"), schema.get("minLength", 0))
            case kind:
                least = max(1, schema.get("minimum", 1))
                return {"integer": least, "number": least, "boolean": False}.get(str(kind))

    def fullest(self, schema: Schema) -> Any:
        """Every field once, and one of each list."""
        likely = [each for each in self.whole(schema) if each.get("type") != "null"] or [{"type": "null"}]
        match likely[0].get("type"):
            case "object" if "properties" in likely[0]:
                return {name: self.fullest(each) for name, each in likely[0]["properties"].items()}
            case "array":
                return [self.fullest(likely[0]["items"])]
            case _:
                return self._smallest(likely[0])

    def places(self, schema: Schema, path: Path = (), *, is_required: bool = True) -> Iterator[Place]:
        """All of them, in a body as `fullest` makes it."""
        forms = self.whole(schema)
        yield Place(path, forms[0], frozenset(kind for form in forms for kind in kinds(form)), is_required)
        for form in forms:
            for name, each in form.get("properties", {}).items():
                yield from self.places(each, (*path, name), is_required=name in form.get("required", ()))
            if form.get("type") == "array":
                yield from self.places(form["items"], (*path, 0))


def kinds(schema: Schema) -> set[str]:
    """Which of JSON's kinds it takes; whole numbers are numbers."""
    if "enum" in schema:
        return {KINDS[type(value)] for value in schema["enum"]}
    kind = schema.get("type")
    named = {kind} if isinstance(kind, str) else set(kind or KINDS.values())
    return named | ({"integer"} if "number" in named else set())


@cache
def text(form: str | None, pattern: str | None, length: int) -> str:
    if form in DATES:
        return DATES[form]
    if pattern is None:
        return "x" * max(1, length)
    return find(
        some.from_regex(pattern),
        lambda found: len(found) >= length and not found.endswith("\n") and found.isascii(),
        settings=settings(database=None, derandomize=True, phases=(Phase.generate, Phase.shrink)),
    )


def put(body: Any, path: Path, value: Any) -> Any:
    """A copy of `body` with `value` there."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    changed: Any = dict(body) if isinstance(body, dict) else list(body)
    changed[step] = put(changed[step], rest, value)
    return changed


def at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def without(body: Any, path: Path) -> Any:
    """A copy of `body` without the field there."""
    inner = at(body, path[:-1])
    return put(body, path[:-1], {name: value for name, value in inner.items() if name != path[-1]})
