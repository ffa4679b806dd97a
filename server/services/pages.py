"""Which page of a list is asked for, and how does one ask for the next?

A cursor is the numbers by which the list is ordered, of the last item that was shown. It is anybody's text.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, TypeVar

from server.domain.errors import Invalid
from server.domain.messages import FieldError

FORM: Final = re.compile(r"\d{1,18}(\.\d{1,18})*", re.ASCII)

Item = TypeVar("Item")


def last_numbers(cursor: str | None, count: int) -> tuple[int, ...] | None:
    """So many numbers; None for the first page. Invalid for anything that no page gave out."""
    if cursor is None:
        return None
    numbers = tuple(map(int, cursor.split("."))) if FORM.fullmatch(cursor) else ()
    if len(numbers) != count:
        raise Invalid(
            "Take the cursor from the page before.",
            errors=[FieldError("cursor", "This is not a cursor of this list.")],
        )
    return numbers


def last_id(cursor: str | None) -> int | None:
    """None for the first page. Invalid for anything that no page gave out."""
    numbers = last_numbers(cursor, 1)
    return None if numbers is None else numbers[0]


def day_of(ordinal: int) -> date:
    """What is no day becomes the nearest."""
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def cut(found: list[Item], limit: int) -> tuple[list[Item], Item | None]:
    """The items of one page, of up to `limit` + 1 that were looked for; the last of them, or None when no page follows."""
    shown = found[:limit]
    return shown, shown[-1] if len(found) > limit else None
