"""What do a device and the server say to each other (sync.md 2.5, 2.6)?"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from server.domain.choices import Choice
from server.domain.messages.accounts import Rate
from server.domain.messages.attention import Attention
from server.domain.messages.budgets import BudgetUse
from server.domain.messages.common import Description, EpochSeconds, Hash, RowId, Seconds, TimerStatus, Uuid
from server.domain.messages.timers import Amount

STRETCH_LIMIT: Final = 500
REASON_LIMIT: Final = 1000
Revision = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class ActionKind(StrEnum):
    START = "timer.start"
    PAUSE = "timer.pause"
    RESUME = "timer.resume"
    STOP = "timer.stop"
    ADD = "log.add"
    EDIT = "log.edit"
    VOID = "log.void"
    RESOLVE = "attention.resolve"


class EndCause(StrEnum):
    USER = "user"
    SWITCH = "switch"
    SUPERSEDED = "superseded"
    IDLE_DISCARD = "idle_discard"
    SLEEP = "sleep"
    QUIT = "quit"
    CRASH_RECOVERED = "crash_recovered"


class Instant(Struct):
    """When an action happened, as the device saw it.

    `wall`: epoch seconds, as far off as a broken clock may be. `session`, `mono_s`, `awake_s`: clock session and its suspend-inclusive and -exclusive
    whole seconds. `off_ms`: last known server-minus-device offset, null when never learned. `tz`: IANA name.
    """

    wall: Seconds
    session: Annotated[str, Meta(max_length=64)]
    mono_s: Seconds
    awake_s: Seconds
    tz: Annotated[str, Meta(max_length=64)]
    off_ms: Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)] | None = None


class StartBody(Struct, forbid_unknown_fields=True):
    """`timer.start`: a new timer with its first claim."""

    timer_id: Uuid
    claim_id: Uuid
    issue_id: RowId
    t: Instant


class ResumeBody(Struct, forbid_unknown_fields=True):
    """`timer.resume`: a new claim of a timer that exists."""

    timer_id: Uuid
    claim_id: Uuid
    t: Instant


class PauseBody(Struct, forbid_unknown_fields=True):
    """`timer.pause`: an explicit end of the claim; the timer can be resumed."""

    timer_id: Uuid
    claim_id: Uuid
    t: Instant
    cause: EndCause = EndCause.USER


class StopBody(Struct, forbid_unknown_fields=True):
    """`timer.stop`: the timer is done. `claim_id` is null when it was paused."""

    timer_id: Uuid
    claim_id: Uuid | None
    t: Instant
    cause: EndCause = EndCause.USER
    description: Description | None = None


class Stretch(Struct, forbid_unknown_fields=True):
    """Where one claim begins and ends. `end` null: where its pause or stop says. `is_void`: nothing was worked."""

    claim_id: Uuid
    start: EpochSeconds
    end: EpochSeconds | None = None
    is_void: bool = False


class AddBody(Struct, forbid_unknown_fields=True):
    """`log.add`: time that was entered by hand. `more`: what was worked after a pause."""

    timer_id: Uuid
    claim_id: Uuid
    issue_id: RowId
    start: EpochSeconds
    end: EpochSeconds
    t: Instant
    description: Description | None = None
    is_billable: bool = True
    more: Annotated[list[Stretch], Meta(max_length=STRETCH_LIMIT)] = []


class LogSet(Struct, frozen=True, forbid_unknown_fields=True):
    """New values of a time log; null leaves a value as it is, and an empty description removes it."""

    issue_id: RowId | None = None
    description: Description | None = None
    is_billable: bool | None = None


class EditBody(Struct, forbid_unknown_fields=True):
    """`log.edit`: a correction of a log. `base_rev`: the log's revision, as it was seen."""

    timer_id: Uuid
    base_rev: Revision
    t: Instant
    set: LogSet = LogSet()
    stretches: Annotated[list[Stretch], Meta(max_length=STRETCH_LIMIT)] = []


class VoidBody(Struct, forbid_unknown_fields=True):
    """`log.void`: the log was a mistake. Nothing is removed; none of it counts."""

    timer_id: Uuid
    base_rev: Revision
    t: Instant
    reason: Annotated[str, Meta(max_length=REASON_LIMIT)] = ""


class ResolveBody(Struct, forbid_unknown_fields=True):
    """`attention.resolve`: a decision about what the action `ref` is the reason for. `issue_id` for move_issue; `start`
    and `end` for change_time.
    """

    ref: Uuid
    choice: Choice
    t: Instant
    issue_id: RowId | None = None
    start: EpochSeconds | None = None
    end: EpochSeconds | None = None


class Action(Struct):
    """One action in its envelope. `body` stays as sent: its hash is part of the chain."""

    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    action_id: Uuid
    v: Annotated[int, Meta(ge=1, le=1000)]
    kind: Annotated[str, Meta(max_length=64)]
    chain: Hash
    body: dict[str, Any]


class ClockReading(Struct):
    session: Annotated[str, Meta(max_length=64)]
    mono_ms: Seconds
    wall: Seconds
    tz: Annotated[str, Meta(max_length=64)]


class ChainHead(Struct):
    """What the device believes the server has: its history up to `seq` has hash `chain`.

    `sig`: the server's signature, as it came with that acknowledgement.
    """

    seq: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    chain: Hash
    sig: Hash | None = None


class Beat(Struct):
    claim_id: Uuid
    wall: Seconds


class SyncRequest(Struct):
    """`server_epoch`: the last one that the device saw. `cursor`: of the logs that it shows, null for all of them;
    without it the reply has no logs.
    """

    protocol: Annotated[int, Meta(ge=1, le=1000)]
    nonce: Annotated[str, Meta(min_length=8, max_length=64)]
    device_id: Uuid
    now: ClockReading
    base: ChainHead
    actions: Annotated[list[Action], Meta(max_length=200)]
    parent_device_id: Uuid | None = None
    device_name: Annotated[str, Meta(max_length=200)] = ""
    app_version: Annotated[str, Meta(max_length=40)] = ""
    beat: Beat | None = None
    server_epoch: Annotated[str, Meta(max_length=36)] | None = None
    cursor: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET


class SyncCode(StrEnum):
    OK = "OK"
    BEHIND = "BEHIND"
    FORK = "FORK"
    CORRUPT = "CORRUPT"
    UPGRADE = "UPGRADE"


class OutcomeKind(StrEnum):
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    HELD = "held"
    REJECTED = "rejected"


class Result(Struct):
    """What became of one action. `code` says why it is held or rejected, `detail` in plain words.

    For `duplicate`, `of` is the first outcome and `code` and `detail` are the first ones.
    """

    seq: int
    action_id: str
    outcome: OutcomeKind
    of: OutcomeKind | None = None
    code: str | None = None
    detail: str | None = None
    time_log_id: int | None = None


class ActiveTimer(Struct):
    """The user's latest open or paused timer.

    Counted seconds so far are `closed_seconds`, plus now minus `running_since` while running.
    `claim_id` is the open claim, null while paused. `hold_code` is set when the server keeps the time but does not count it.
    """

    timer_id: str
    time_log_id: int | None
    status: TimerStatus
    issue_id: int
    issue_key: str
    issue_summary: str
    project_id: int | None
    claim_id: str | None
    device_id: str | None
    started_at: int
    running_since: int | None
    paused_at: int | None
    closed_seconds: int
    rate: Rate | None
    hold_code: str | None


class TodayTotals(Struct):
    counted_seconds: int
    held_seconds: int
    costs: list[Amount]


class OwnStretch(Struct):
    """One uninterrupted stretch of work. `end` null: it goes on."""

    claim_id: str
    start: int
    end: int | None


class OwnLog(Struct):
    """One of the user's logs. `seconds`: what counts of it. `cost` null: it has no rate.

    `flag`: what its user should know about one of its stretches; the same code is in the list of what needs attention.
    """

    timer_id: str
    time_log_id: int
    revision: int
    issue_id: int
    issue_key: str
    issue_summary: str
    project_id: int
    status: TimerStatus
    start: int
    end: int | None
    seconds: int
    is_billable: bool
    is_deleted: bool
    description: str | None
    rate: Rate | None
    cost: Decimal | None
    currency: str | None
    stretches: list[OwnStretch]
    flag: str | None


class OwnLogs(Struct):
    """What changed of the user's logs since the cursor of the request. The window begins with the day (UTC) 62 days before today.

    `is_full`: they replace all that the device has. `has_more`: ask again at once, with `cursor`.
    `digest`: SHA-256, as 64 hex digits, of the lines `timer_id:revision:seconds:issue_id` of the window's logs that have ended and
    are not deleted, sorted by timer, with a line feed between two; empty while there is more, and where nothing changed.
    """

    is_full: bool
    changed: list[OwnLog]
    cursor: str
    digest: str
    has_more: bool


class Snapshot(Struct):
    """The authoritative state after the last action of this device that the server has. `logs` null: they were not asked for."""

    revision: str
    active_timer: ActiveTimer | None
    rate: Rate | None
    today: TodayTotals
    budgets: list[BudgetUse]
    attention: list[Attention]
    recent_issue_ids: list[int]
    logs: OwnLogs | None = None


class Anchor(Struct):
    """Second 0 of the monotonic clock of this session was epoch second `mono0_s`: by it the server reads `mono_s`."""

    session: str
    mono0_s: int


class SyncLimits(Struct):
    max_actions: int
    next_poll_s: int


class SyncReply(Struct):
    """Always 200 with the echoed nonce. `last_seq` and `chain` are the server's, also for BEHIND and FORK.

    `sig`: the server's signature over them; a device sends it as `base.sig`. `server_epoch` is another one after the server's
    history was set back.
    """

    nonce: str
    server_id: str
    server_epoch: str
    server_time: int
    code: SyncCode
    last_seq: int
    chain: str
    sig: str
    results: list[Result]
    snapshot: Snapshot | None
    limits: SyncLimits
    anchor: Anchor | None = None
