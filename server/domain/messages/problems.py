"""What does an error look like on the wire?"""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class FieldError(Struct):
    field: str
    message: str


class Problem(Struct, omit_defaults=True):
    """RFC 9457, with a stable `code`; `errors` names each bad field; `request_id` finds it in the server's log."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
