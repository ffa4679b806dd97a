"""What stands in one line that another program sent?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.errors import Refused

Request = Mapping[str, Any]


class NotUnderstood(Refused):
    """The line is no request: no JSON, an unknown verb, a missing or wrong field."""

    code = "bad_request"


def understood(line: bytes) -> dict[str, Any]:
    """NotUnderstood, as from all below."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("The line is not JSON.") from error
    if not isinstance(request, dict):
        raise NotUnderstood("The line is not a JSON object.")
    return request


def text(request: Request, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str):
        raise NotUnderstood(f"“{name}” must be text.")
    return value


def maybe_text(request: Request, name: str) -> str | None:
    """None when it is missing or null."""
    return None if request.get(name) is None else text(request, name)


def whole(request: Request, name: str, otherwise: int) -> int:
    value = request.get(name, otherwise)
    if type(value) is not int or not 0 <= value < 2**31:
        raise NotUnderstood(f"“{name}” must be a whole number.")
    return value


def seconds(request: Request, name: str) -> int:
    """0 when it is missing."""
    value = request.get(name, 0)
    if type(value) is not int:
        raise NotUnderstood(f"“{name}” must be a whole number of seconds.")
    return value


def flag(request: Request, name: str, otherwise: bool) -> bool:  # noqa: FBT001  # what is asked for
    value = request.get(name, otherwise)
    if type(value) is not bool:
        raise NotUnderstood(f"“{name}” must be true or false.")
    return value
