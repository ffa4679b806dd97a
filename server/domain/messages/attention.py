"""What does an item that needs a person look like on the wire, and how is it settled?"""

from __future__ import annotations

from msgspec import Struct

from server.domain.choices import Choice
from server.domain.messages.common import EpochSeconds, RowId


class ValueStretch(Struct):
    """Where one stretch begins and ends. `end` null: where its pause or stop says."""

    claim_id: str
    start: int
    end: int | None = None


class LogValues(Struct):
    """Values that lost against a later change, or that are proposed; null where they say nothing."""

    issue_id: int | None = None
    issue_key: str | None = None
    description: str | None = None
    is_billable: bool | None = None
    stretches: list[ValueStretch] = []


class Attention(Struct):
    """Something that is held, refused, or to be known. `choices`: how whoever asks may settle it.

    `start`, `end`: the time that it is about. `asked_at`: since when a manager is asked. `user_id`, `user_name`: whose
    time it is, in the list of a manager.
    """

    action_id: str
    code: str
    detail: str
    since: int
    issue_key: str | None
    timer_id: str | None = None
    claim_id: str | None = None
    time_log_id: int | None = None
    start: int | None = None
    end: int | None = None
    choices: list[Choice] = []
    other: LogValues | None = None
    asked_at: int | None = None
    user_id: int | None = None
    user_name: str | None = None


class AttentionPage(Struct):
    """`next`: the cursor of the page that follows, null on the last one."""

    items: list[Attention]
    next: str | None


class Settle(Struct, forbid_unknown_fields=True):
    """`issue_id` for move_issue; `start` and `end` for change_time."""

    choice: Choice
    issue_id: RowId | None = None
    start: EpochSeconds | None = None
    end: EpochSeconds | None = None


class SettleReply(Struct):
    """`item`: as it is now, null when nobody needs to be asked any more."""

    item: Attention | None


class RefusedAction(Struct):
    """An action that could not be applied, as it came."""

    action_id: str
    code: str
    detail: str
    raw: str
