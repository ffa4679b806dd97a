"""What do closed periods, and requests to change what lies in them, look like on the wire?"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from server.domain.messages.common import RowId
from server.domain.messages.edits import AddLog, ChangeLog, DeleteLog, SplitLog

Reason = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"\S")]
Words = Annotated[str, Meta(max_length=1000)]


class ClosePeriod(Struct, forbid_unknown_fields=True):
    """From the first to the last day, both included. Without a project: for the whole organisation."""

    from_date: date
    until_date: date
    project_id: RowId | None = None


class Period(Struct):
    """`reopened_at` null: it is closed."""

    id: int
    project_id: int | None
    project_key: str | None
    from_date: date
    until_date: date
    closed_at: int
    closed_by: int
    reopened_at: int | None
    reopened_by: int | None


class PeriodPage(Struct):
    items: list[Period]
    next: str | None


class AskedChange(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of `add`, `edit`, `delete` and `split`; all but `add` are of `time_log_id`."""

    time_log_id: RowId | None = None
    add: AddLog | None = None
    edit: ChangeLog | None = None
    delete: DeleteLog | None = None
    split: SplitLog | None = None


class AskForChange(Struct, forbid_unknown_fields=True):
    what: AskedChange
    reason: Reason


class RequestStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class PeriodRequest(Struct):
    """`decision`: in the words of whoever decided. `time_log_id` null: a log that is to be added is not there yet."""

    id: int
    user_id: int
    user_name: str
    project_id: int
    project_key: str
    time_log_id: int | None
    what: AskedChange
    reason: str
    status: RequestStatus
    created_at: int
    decided_at: int | None
    decided_by: int | None
    decision: str | None


class PeriodRequestPage(Struct):
    items: list[PeriodRequest]
    next: str | None


class Decide(Struct, forbid_unknown_fields=True):
    reason: Words = ""
