"""Which fields of a body are not right, and how is that said?"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args

import msgspec

from server.domain.messages import FieldError

PATH: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
NAMED: Final = re.compile(
    r"^Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`$", re.DOTALL
)
QUOTED: Final = re.compile(r"`([\w |]+)`")
IN_WORDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
NAME_LIMIT: Final = 100
ERRORS_NAMED: Final = 50  # an answer is never much longer than what was asked
MISSING: Final = "This is missing."
UNKNOWN: Final = "There is no such field."
NOT_TEXT: Final = "Expected a number, got text."


def field_errors(said: Any, form: type[Any], failure: msgspec.ValidationError) -> list[FieldError]:
    """The wrong fields of the struct `form` in what was `said`; at least what `failure` says."""
    found = _each(said, form) if isinstance(said, dict) else []
    return found[:ERRORS_NAMED] or [from_words(str(failure))]


def amounts_in_words(body: bytes, form: Any) -> list[FieldError]:
    """Their type would take text such as "NaN" and "1_000" as well. `body`: what is right but for that."""
    names = _amounts(form)
    said = msgspec.json.decode(body, type=dict[str, msgspec.Raw]) if names else {}
    return [FieldError(name, NOT_TEXT) for name in names if name in said and bytes(said[name])[:1] == b'"']


def from_words(words: str, inside: str = "") -> FieldError:
    """What msgspec says, as a field and a sentence. `inside`: the field in which it was found."""
    match = PATH.match(words)
    what, path = (words, None) if match is None else (match["what"], match["path"])
    where = ".".join(part for part in (inside, path) if part).replace(".[", "[")
    named = NAMED.match(what)
    if named is not None:
        field = ".".join(part for part in (where, named["name"]) if part)
        return FieldError(field[:NAME_LIMIT], MISSING if "missing" in named["what"] else UNKNOWN)
    return FieldError(where[:NAME_LIMIT] or "body", f"{_plain(what)}.")


def _each(said: dict[str, Any], form: Any) -> list[FieldError]:
    errors = []
    fields = msgspec.structs.fields(form)
    for field in fields:
        if field.encode_name not in said:
            if field.required:
                errors.append(FieldError(field.encode_name, MISSING))
            continue
        if field.encode_name in _amounts(form) and isinstance(said[field.encode_name], str):
            errors.append(FieldError(field.encode_name, NOT_TEXT))
            continue
        try:
            msgspec.convert(said[field.encode_name], field.type)
        except msgspec.ValidationError as failure:
            errors.append(from_words(str(failure), field.encode_name))
    if form.__struct_config__.forbid_unknown_fields:
        known = {field.encode_name for field in fields}
        errors += [FieldError(name[:NAME_LIMIT], UNKNOWN) for name in said if name not in known]
    return errors


@cache
def _amounts(form: Any) -> tuple[str, ...]:
    """The names of the fields that are amounts."""
    fields = msgspec.structs.fields(form)
    return tuple(field.encode_name for field in fields if Decimal in _kinds_in(field.type))


def _kinds_in(annotation: Any) -> set[Any]:
    """Of `A | B`, and of what is annotated."""
    return {annotation}.union(*(_kinds_in(each) for each in get_args(annotation)))


def _plain(words: str) -> str:
    """`int | null` is "a whole number": what may be left out need not be said."""
    return QUOTED.sub(lambda match: _kinds(match[1].split(" | ")), words)


def _kinds(names: list[str]) -> str:
    said = [name for name in names if name != "null"] or names
    return " or ".join(IN_WORDS.get(name, name) for name in said)
