"""What do the requests and replies of the API look like on the wire?

Times are epoch seconds (UTC, whole). Money is an exact decimal, written as a JSON number. Names are the
seed document's column names. These structs are the one source of `resources/openapi.json`.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

ID_TEXT = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
DESCRIPTION_LIMIT = 10_000

RowId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
EpochSeconds = Annotated[int, Meta(ge=0, le=32_503_680_000)]  # the year 3000
Uuid = Annotated[str, Meta(pattern=ID_TEXT)]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Description = Annotated[str, Meta(max_length=DESCRIPTION_LIMIT)]
Seconds = Annotated[int, Meta(ge=0)]


class Role(StrEnum):
    MEMBER = "member"
    MANAGER = "manager"
    ADMIN = "admin"


class TimerStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class RateType(StrEnum):
    HOURLY = "hourly"
    MINUTELY = "minutely"
    SECONDLY = "secondly"


# ---- accounts ---------------------------------------------------------------------------------------


class SignIn(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]
    device_name: Annotated[str, Meta(min_length=1, max_length=200)]
    device_id: Uuid


class ServerInfo(Struct):
    """Who answers: lets a client tell Hourkeep from a portal or another product."""

    product: str
    server_id: str
    name: str
    version: str
    protocol: int


class Rate(Struct):
    rate_type: RateType
    rate_amount: Decimal
    currency: str


class Me(Struct):
    id: int
    email: str
    name: str
    role: Role
    rate: Rate | None
    server: ServerInfo


class SignedIn(Struct):
    token: str
    token_id: int
    user: Me


# ---- projects and issues ----------------------------------------------------------------------------


class Project(Struct):
    id: int
    key: str
    name: str
    is_archived: bool
    updated_at: int


class Issue(Struct):
    id: int
    key: str
    summary: str
    project_id: int
    project_key: str
    status: str
    is_deleted: bool
    updated_at: int


class ProjectPage(Struct):
    items: list[Project]
    next: str | None


class IssuePage(Struct):
    items: list[Issue]
    next: str | None


# ---- the seed's timer endpoints ---------------------------------------------------------------------


class StartTimer(Struct, forbid_unknown_fields=True):
    issue_id: RowId
    project_id: RowId


class StopTimer(Struct, forbid_unknown_fields=True):
    description: Description | None = None


class TimerReply(Struct):
    """The answer to start, pause, resume and stop: `start_time` for start, `end_time` for stop, as the seed has them."""

    success: bool
    time_log_id: int
    status: TimerStatus
    elapsed_seconds: int
    cost: Decimal
    start_time: int | UnsetType = UNSET
    end_time: int | UnsetType = UNSET


class StatusReply(Struct):
    """The seed's status. When stopped only `status`, `time_log_id` (null), `server_time`, `revision` are there."""

    status: TimerStatus
    time_log_id: int | None
    server_time: int
    revision: str
    issue_id: int | UnsetType = UNSET
    issue_key: str | UnsetType = UNSET
    issue_summary: str | UnsetType = UNSET
    project_id: int | UnsetType = UNSET
    started_at: int | UnsetType = UNSET
    paused_at: int | UnsetType | None = UNSET
    elapsed_seconds: int | UnsetType = UNSET
    cost: Decimal | UnsetType = UNSET
    currency: str | UnsetType | None = UNSET
    rate_type: RateType | UnsetType | None = UNSET
    rate_amount: Decimal | UnsetType | None = UNSET
    budget_percent: Decimal | UnsetType | None = UNSET


class TimeLog(Struct):
    id: int
    timer_id: str
    issue_id: int
    issue_key: str
    issue_summary: str
    project_id: int
    user_id: int
    status: TimerStatus
    start_time: int
    end_time: int | None
    paused_at: int | None
    resumed_at: int | None
    duration_seconds: int
    user_rate_type: RateType | None
    user_rate_amount: Decimal | None
    total_cost: Decimal
    currency: str | None
    description: str | None
    is_billable: bool
    created_at: int
    updated_at: int


class Amount(Struct):
    currency: str
    total_cost: Decimal


class LogTotals(Struct):
    count: int
    duration_seconds: int
    costs: list[Amount]


class LogPage(Struct):
    items: list[TimeLog]
    next: str | None
    totals: LogTotals


# ---- the journal (sync.md 2.5, 2.6) -----------------------------------------------------------------


class ActionKind(StrEnum):
    START = "timer.start"
    PAUSE = "timer.pause"
    RESUME = "timer.resume"
    STOP = "timer.stop"


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

    `wall`: epoch seconds. `session`, `mono_s`, `awake_s`: clock session and its suspend-inclusive and -exclusive
    whole seconds. `off_ms`: last known server-minus-device offset, null when never learned. `tz`: IANA name.
    """

    wall: EpochSeconds
    session: Annotated[str, Meta(max_length=64)]
    mono_s: Seconds
    awake_s: Seconds
    tz: Annotated[str, Meta(max_length=64)]
    off_ms: int | None = None


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
    wall: EpochSeconds
    tz: Annotated[str, Meta(max_length=64)]


class ChainHead(Struct):
    """What the device believes the server has: its history up to `seq` has hash `chain`."""

    seq: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    chain: Hash


class Beat(Struct):
    claim_id: Uuid
    wall: EpochSeconds


class SyncRequest(Struct):
    protocol: Annotated[int, Meta(ge=1)]
    nonce: Annotated[str, Meta(min_length=8, max_length=64)]
    device_id: Uuid
    now: ClockReading
    base: ChainHead
    actions: Annotated[list[Action], Meta(max_length=200)]
    parent_device_id: Uuid | None = None
    device_name: Annotated[str, Meta(max_length=200)] = ""
    app_version: Annotated[str, Meta(max_length=40)] = ""
    beat: Beat | None = None


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


class BudgetUse(Struct):
    """`percent` counts running timers at `as_of`; null when the project has no budget."""

    project_id: int
    percent: Decimal | None
    warning_percent: Decimal | None
    as_of: int


class Attention(Struct):
    action_id: str
    code: str
    detail: str
    since: int
    issue_key: str | None


class TodayTotals(Struct):
    counted_seconds: int
    held_seconds: int
    costs: list[Amount]


class Snapshot(Struct):
    """The authoritative state after the last action of this device that the server has."""

    revision: str
    active_timer: ActiveTimer | None
    rate: Rate | None
    today: TodayTotals
    budgets: list[BudgetUse]
    attention: list[Attention]
    recent_issue_ids: list[int]


class SyncLimits(Struct):
    max_actions: int
    next_poll_s: int


class SyncReply(Struct):
    """Always 200 with the echoed nonce. `last_seq` and `chain` are the server's, also for BEHIND and FORK."""

    nonce: str
    server_id: str
    server_epoch: str
    server_time: int
    code: SyncCode
    last_seq: int
    chain: str
    results: list[Result]
    snapshot: Snapshot | None
    limits: SyncLimits


# ---- errors -----------------------------------------------------------------------------------------


class FieldError(Struct):
    field: str
    message: str


class Problem(Struct, omit_defaults=True):
    """RFC 9457, with a stable `code`; `errors` names each bad field."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] | UnsetType = UNSET
