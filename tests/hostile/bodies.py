"""Which bodies might somebody send who means no good, or knows no better?

All are made from the API's description, so that no new operation is forgotten.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from tests.hostile.schemas import Book, Place, at, put, without

JSON: Final = "application/json"
MEGABYTE: Final = 2**20
HUGE: Final = "9" * 5_000
MARK: Final = "\ue000"  # stands in a body where something goes that is no JSON
LETTER: Final = "\U0001f642"  # one that is long in every encoding
WORDS: Final = 30

OF_KINDS: Final[dict[str, list[Any]]] = {
    "null": [None],
    "boolean": [True],
    "integer": [7],
    "number": [7.5],
    "string": ["", "7", "7.5", "true", "null"],
    "array": [[], [7]],
    "object": [{}, {"x": 7}],
}
NUMBERS: Final = [
    *(str(number) for number in (-1, 2**31, 2**53, 2**63, -(2**63) - 1, 2**64, 10**30)),
    "1e400", "1e999999999", "-1e999999999", "1e-999999999", "0.00001", "7.0", "-0", "-0.0", HUGE, f"0.{HUGE}", f"7e{HUGE}",
]  # fmt: skip
NO_NUMBERS: Final = ["NaN", "Infinity", "-Infinity", "+7", "07", "0x7", "7_000", ".5", "5.", "1e", "\u0667"]
NO_TEXTS: Final = ['"\\ud800"', '"\\udfff\\ud800"', '"\\x00"', '"\\u12"', '"\n"', '"\x00"', "'x'", '"x']
TEXTS: Final = [
    "\0",
    "\x1b[31m",
    "\x7f",
    "\r\n",
    "\u202e",
    "\ufeff",
    "\uffff",
    " ",
    "../../etc/passwd",
    "' OR 1=1 --",
]
NO_DATES: Final = [
    "0000-01-01", "10000-01-01", "2026-02-31", "2026-13-01", "2026-00-10", "26-1-1", "2026-11-25T00:00:00Z", " 2026-11-25",
    "2026-11-25\n", "20261125", "-2026-11-25", "\u0662\u0660\u0662\u0666-11-25", "today", "",
]  # fmt: skip
ODD_DATES: Final = ["0001-01-01", "1582-10-10", "1969-12-31", "2024-02-29", "9999-12-31"]


@dataclass(frozen=True, slots=True)
class Sent:
    """`names`: what the answer must name; "" when it cannot. `refused` None: as the server likes, but no failure."""

    what: str
    body: bytes
    names: str = ""
    refused: tuple[int, ...] | None = (422,)
    headers: dict[str, str] = field(default_factory=dict)


def hostile(book: Book, schema: dict[str, Any], *, is_required: bool, takes_gzip: bool) -> Iterator[Sent]:
    whole = book.fullest(schema)
    yield from _no_json(said(whole), is_required=is_required)
    yield from _packed(said(whole), takes_gzip=takes_gzip)
    for place in book.places(schema):
        yield from _unknown(whole, place)
        if place.path:
            yield from _of_another_kind(whole, place)
            yield from _fields(whole, place)
        if place.kinds & {"integer", "number"}:
            yield from _numbers(whole, place)
        if "string" in place.kinds:
            yield from _texts(whole, place)


def said(body: Any) -> bytes:
    return json.dumps(body).encode()


def _no_json(good: bytes, *, is_required: bool) -> Iterator[Sent]:
    if is_required:
        yield Sent("nothing", b"", "body")
    for value in (b"null", b"[]", b"[{}]", b"7", b'"x"', b"true"):
        yield Sent(f"{value.decode()} alone", value, "body")
    unreadable = {
        "cut short": good[:-1],
        "twice": good + good,
        "with a comma at its end": good[:-1] + b",}",
        "not UTF-8": b'{"\xff\xfe": 7}',
        "a surrogate in UTF-8": b'{"\xed\xa0\x80": 7}',
        "overlong UTF-8": b'{"\xc0\xae": 7}',
        "UTF-16": good.decode().encode("utf-16"),
        "UTF-32": good.decode().encode("utf-32-le"),
        "with a byte order mark": b"\xef\xbb\xbf" + good,
        "with a comment": b"/* */" + good,
        "a form": b"a=1&b=2",
        "XML": b"<?xml version='1.0'?><x/>",
        "only spaces": b"   ",
        "a NUL": b"\0",
        "lists in lists": b"[" * 60_000,
        "objects in objects": b'{"a":' * 12_000,
    }
    for what, body in unreadable.items():
        yield Sent(what, body, refused=(400, 422))
    yield Sent("100,000 brackets", b"[" * 100_000 + b"]" * 100_000, refused=(400, 413, 422))
    yield Sent("a megabyte", said({"x": "x" * MEGABYTE}), refused=(413,))


def _packed(good: bytes, *, takes_gzip: bool) -> Iterator[Sent]:
    packed = gzip.compress(good)
    for encoding in ("gzip", "deflate", "br", "zstd", "x", "gzip, gzip", "identity, gzip"):
        if not (takes_gzip and encoding == "gzip"):
            headers = {"Content-Encoding": encoding}
            yield Sent(f"as {encoding}", packed, refused=(415,), headers=headers)
    if takes_gzip:
        bad = {"Content-Encoding": "gzip"}
        yield Sent("a bomb", gzip.compress(bytes(200 * MEGABYTE), 1), refused=(413,), headers=bad)
        yield Sent(
            "a bomb in a bomb", gzip.compress(gzip.compress(bytes(MEGABYTE))), refused=(400, 413), headers=bad
        )
        yield Sent("gzip cut short", packed[:-5], refused=(400,), headers=bad)
        yield Sent("gzip and more", packed + packed, refused=(400,), headers=bad)
        yield Sent("plain as gzip", good, refused=(400,), headers=bad)
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "x",
    ):
        yield Sent(f"as {kind}", good, refused=(415,), headers={"Content-Type": kind})


def _of_another_kind(whole: Any, place: Place) -> Iterator[Sent]:
    for kind, values in OF_KINDS.items():
        if kind not in place.kinds:
            for value in values:
                yield _instead(whole, place, value)


def _numbers(whole: Any, place: Place) -> Iterator[Sent]:
    for number in NUMBERS:
        # An amount is looked at after the thing whose it is.
        outside = (404, 422) if "number" in place.kinds else (422,)
        refused = outside if _is_outside(number, place) else None
        yield _raw(whole, place, number, refused)
    for what in NO_NUMBERS:
        yield _raw(whole, place, what, (400, 422))


def _is_outside(number: str, place: Place) -> bool:
    """For certain, by what the description says."""
    if "number" not in place.kinds and not number.lstrip("-").isdigit():
        return True
    if len(number) > len(HUGE) - 1:
        return False
    value = Decimal(number)
    lowest, highest = place.schema.get("minimum", value), place.schema.get("maximum", value)
    return not lowest <= value <= highest


def _texts(whole: Any, place: Place) -> Iterator[Sent]:
    schema = place.schema
    for what in NO_TEXTS:
        yield _raw(whole, place, what, (400, 422))
    if "enum" in schema:
        for value in ("x", schema["enum"][0].upper() + " ", ""):
            yield _instead(whole, place, value)
    elif schema.get("format") == "date":
        for value in NO_DATES:
            yield _instead(whole, place, value)
        for value in ODD_DATES:
            yield _instead(whole, place, value, refused=None)
    else:
        for value in TEXTS:
            yield _instead(whole, place, value, refused=None)
        if "maxLength" in schema:
            yield _instead(whole, place, LETTER * (schema["maxLength"] + 1))
        if schema.get("pattern", "").endswith("$"):
            yield _instead(whole, place, at(whole, place.path) + "\n")


def _fields(whole: Any, place: Place) -> Iterator[Sent]:
    """Missing, twice, or one that nobody knows."""
    if isinstance(place.path[-1], str):
        if place.is_required:
            yield Sent(f"no {place.name}", said(without(whole, place.path)), place.name)
        once = json.dumps(at(whole, place.path))
        twice = f'[], "{place.path[-1]}": {once}'
        yield _raw(whole, place, twice, None)


def _unknown(whole: Any, place: Place) -> Iterator[Sent]:
    if place.schema.get("additionalProperties") is False:
        odd = {**at(whole, place.path), "nobody_knows": 7}
        name = ".".join(part for part in (place.name, "nobody_knows") if part)
        yield Sent(f"{name} as well", said(put(whole, place.path, odd)), name)


def _instead(whole: Any, place: Place, value: Any, refused: tuple[int, ...] | None = (422,)) -> Sent:
    words = f"{value!a}"[:WORDS]
    return Sent(f"{words} as {place.name}", said(put(whole, place.path, value)), place.name, refused)


def _raw(whole: Any, place: Place, what: str, refused: tuple[int, ...] | None) -> Sent:
    """What json.dumps would not write."""
    body = json.dumps(put(whole, place.path, MARK)).replace(json.dumps(MARK), what)
    return Sent(f"{what[:WORDS]!a} as {place.name}", body.encode(), refused=refused)
