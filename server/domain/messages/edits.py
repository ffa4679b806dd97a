"""What do entries, corrections and deletions by hand look like on the wire?"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.domain.messages.common import Description, EpochSeconds, RowId
from server.domain.messages.journal import Revision
from server.domain.messages.timers import TimeLog


class AddLog(Struct, forbid_unknown_fields=True):
    """`user_id`: somebody else's time, for managers. `project_id`, when given, has to be the issue's."""

    issue_id: RowId
    start_time: EpochSeconds
    end_time: EpochSeconds
    description: Description | None = None
    is_billable: bool = True
    project_id: RowId | None = None
    user_id: RowId | None = None


class ChangeLog(Struct, forbid_unknown_fields=True):
    """What is left out stays. `start_time` moves where its first stretch begins, `end_time` where its last one ends.

    `revision`: of the log, as it was seen; when it has another one by now, nothing is changed.
    """

    start_time: EpochSeconds | UnsetType = UNSET
    end_time: EpochSeconds | UnsetType = UNSET
    issue_id: RowId | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    is_billable: bool | UnsetType = UNSET
    revision: Revision | UnsetType = UNSET


class SplitLog(Struct, forbid_unknown_fields=True):
    """`at`: the first second of the second part."""

    at: EpochSeconds
    revision: Revision | UnsetType = UNSET


class DeleteLog(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=1000)] = ""
    revision: Revision | UnsetType = UNSET


class Overlap(Struct):
    """Another log of the same person that lost seconds to this one: each second counts once."""

    time_log_id: int
    issue_key: str
    seconds: int


class WrittenLog(Struct):
    """`trimmed_seconds`: how many of its seconds count elsewhere, because they were entered there later."""

    log: TimeLog
    trimmed_seconds: int
    overlaps: list[Overlap]


class SplitReply(Struct):
    first: TimeLog
    second: TimeLog


class LogStretch(Struct):
    """One uninterrupted stretch of work. `end_time` null: it goes on. `hold_code`: why it does not count.

    `start_quality`, `end_quality`: how well the device's clocks tell them. A: by the server's time, B: by a wall clock
    whose difference was known, C: by a wall clock alone; null where a person said it.
    """

    claim_id: str
    start_time: int
    end_time: int | None
    counted_seconds: int
    hold_code: str | None
    start_quality: str | None
    end_quality: str | None


class LogEdit(Struct):
    """One correction; what is null was left as it was. `hold_code`: why it changed nothing."""

    action_id: str
    way: str
    at: int
    author_id: int
    author: str
    base_revision: int
    issue_id: int | None
    description: str | None
    is_billable: bool | None
    start_time: int | None
    end_time: int | None
    reason: str | None
    hold_code: str | None


class LogDetail(Struct):
    log: TimeLog
    trimmed_seconds: int
    stretches: list[LogStretch]
    edits: list[LogEdit]
