"""What does an error look like on the wire?"""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from server.domain.messages.timers import TimeLog


class FieldError(Struct):
    field: str
    message: str


class Problem(Struct, omit_defaults=True):
    """RFC 9457, with a stable `code`; `errors` names each bad field; `request_id` finds it in the server's log;
    `current` is the log as it is, when it was not the one that was to be changed.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
    current: TimeLog | UnsetType = UNSET
