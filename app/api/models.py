"""What does the app send to the server, and what does it read in the replies?

Only the fields that the app needs: what a newer server adds is ignored, and words that it may add to a closed set stay
text. Times are epoch seconds (UTC, whole). Money is a JSON number and arrives as an exact decimal.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

PROTOCOL: Final = 1
AMOUNT_DIGITS: Final = 15

Whole = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""What every JSON reader agrees on; anything else is no answer of ours and would not fit the app's files."""


def _check_amount(amount: Decimal | None) -> None:
    """JSON can say 1e999999999 in a few bytes; computing with it would take all memory."""
    if amount is None or (amount.is_finite() and abs(amount.adjusted()) <= AMOUNT_DIGITS):
        return
    raise ValueError("not an amount")


# ---- sent ---------------------------------------------------------------------------------------------


class SignIn(Struct, frozen=True):
    email: str
    password: str
    device_name: str
    device_id: str

    def __repr__(self) -> str:
        return f"SignIn(email={self.email!r})"


class Action(Struct, frozen=True):
    """One recorded action. `body` is sent as it was recorded: its hash is in the chain."""

    seq: int
    action_id: str
    v: int
    kind: str
    chain: str
    body: dict[str, Any]


class ClockReading(Struct, frozen=True):
    session: str
    mono_ms: int
    wall: int
    tz: str


class ChainHead(Struct, frozen=True):
    """`sig`: the server's signature as it came with this acknowledgement, unset when it gave none."""

    seq: int
    chain: str
    sig: str | UnsetType = UNSET


class Beat(Struct, frozen=True):
    """The claim `claim_id` was seen running at second `wall`."""

    claim_id: str
    wall: int


class SyncRequest(Struct, frozen=True):
    """`nonce`: 8 to 64 random characters, new for each request; the reply must repeat it.

    `server_epoch`, `cursor`: the last ones that came. `cursor` None, which is said: all logs are wanted; an older app says nothing.
    """

    nonce: str
    device_id: str
    now: ClockReading
    base: ChainHead
    actions: list[Action]
    parent_device_id: str | None = None
    device_name: str = ""
    app_version: str = ""
    beat: Beat | None = None
    protocol: int = PROTOCOL
    server_epoch: str | UnsetType = UNSET
    cursor: str | None = None


# ---- read: accounts -------------------------------------------------------------------------------------


class ServerInfo(Struct, frozen=True):
    product: str
    server_id: str
    name: str
    version: str
    protocol: Whole


class Rate(Struct, frozen=True):
    rate_type: str
    rate_amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        _check_amount(self.rate_amount)


class Me(Struct, frozen=True):
    id: Whole
    email: str
    name: str
    server: ServerInfo
    rate: Rate | None = None


class SignedIn(Struct, frozen=True):
    token: str
    user: Me

    def __repr__(self) -> str:
        return f"SignedIn(user={self.user!r})"


# ---- read: projects and issues --------------------------------------------------------------------------


class Project(Struct, frozen=True):
    id: Whole
    key: str
    name: str
    is_archived: bool


class Issue(Struct, frozen=True):
    id: Whole
    key: str
    summary: str
    project_id: Whole
    is_deleted: bool
    updated_at: Whole


class ProjectPage(Struct, frozen=True):
    """`next`: the cursor of the page after this one, None for the last."""

    items: list[Project]
    next: str | None


class IssuePage(Struct, frozen=True):
    """`next`: the cursor of the page after this one, None for the last."""

    items: list[Issue]
    next: str | None


# ---- read: the journal (sync.md 2.6) --------------------------------------------------------------------


class Result(Struct, frozen=True):
    """What became of one action; `of` is the first outcome of a duplicate."""

    seq: Whole
    action_id: str
    outcome: str
    of: str | None = None
    code: str | None = None
    detail: str | None = None


class ActiveTimer(Struct, frozen=True):
    """`claim_id` and `running_since` are None while paused. `hold_code`: why its time is kept and not counted."""

    timer_id: str
    status: str
    issue_id: Whole
    issue_key: str
    issue_summary: str
    started_at: Whole
    closed_seconds: Whole
    project_id: Whole | None = None
    claim_id: str | None = None
    device_id: str | None = None
    running_since: Whole | None = None
    paused_at: Whole | None = None
    rate: Rate | None = None
    hold_code: str | None = None


class BudgetUse(Struct, frozen=True):
    """`percent` counts running timers at `as_of`; None: the project has no budget."""

    project_id: Whole
    as_of: Whole
    percent: Decimal | None = None
    warning_percent: Decimal | None = None

    def __post_init__(self) -> None:
        _check_amount(self.percent)
        _check_amount(self.warning_percent)


class Stretch(Struct, frozen=True):
    """Uninterrupted time of a log. `end` None: it goes on."""

    claim_id: str
    start: Whole
    end: Whole | None = None


class LogValues(Struct, frozen=True):
    """What a correction said of a log; None: it left that as it was."""

    issue_id: Whole | None = None
    issue_key: str | None = None
    description: str | None = None
    is_billable: bool | None = None
    stretches: list[Stretch] | None = None


class Attention(Struct, frozen=True):
    """`code` and `detail` say why it needs somebody, `choices` how it may be settled, `start` and `end` which time it is about.

    `other`: the values that lost against a later change. `asked_at`: since when a manager is asked.
    """

    action_id: str
    code: str
    detail: str
    since: Whole
    issue_key: str | None = None
    timer_id: str | None = None
    claim_id: str | None = None
    time_log_id: Whole | None = None
    start: Whole | None = None
    end: Whole | None = None
    choices: list[str] | None = None
    other: LogValues | None = None
    asked_at: Whole | None = None


class Amount(Struct, frozen=True):
    currency: str
    total_cost: Decimal

    def __post_init__(self) -> None:
        _check_amount(self.total_cost)


class TodayTotals(Struct, frozen=True):
    counted_seconds: Whole
    held_seconds: Whole
    costs: list[Amount]


class OwnLog(Struct, frozen=True):
    """One of the person's logs. `end` None: it has not ended. `flag`: the code of why it needs somebody."""

    timer_id: str
    revision: Whole
    issue_id: Whole
    issue_key: str
    issue_summary: str
    status: str
    start: Whole
    end: Whole | None
    seconds: Whole
    is_billable: bool
    is_deleted: bool
    stretches: list[Stretch]
    time_log_id: Whole | None = None
    project_id: Whole | None = None
    description: str | None = None
    rate: Rate | None = None
    cost: Decimal | None = None
    currency: str | None = None
    flag: str | None = None

    def __post_init__(self) -> None:
        _check_amount(self.cost)


class OwnLogs(Struct, frozen=True):
    """What changed of the person's logs since the cursor that was sent; with `is_full`, all that there are.

    `digest`: over all of them, empty while `has_more`.
    """

    is_full: bool
    changed: list[OwnLog]
    cursor: str
    digest: str
    has_more: bool = False


class Snapshot(Struct, frozen=True):
    """The server's state after the device's last action that it has. `logs` None: an older server."""

    revision: str
    today: TodayTotals
    budgets: list[BudgetUse]
    attention: list[Attention]
    recent_issue_ids: list[Whole]
    active_timer: ActiveTimer | None = None
    rate: Rate | None = None
    logs: OwnLogs | None = None


class Anchor(Struct, frozen=True):
    """Monotonic second 0 of the clock session was the server's epoch second `mono0_s`."""

    session: str
    mono0_s: Whole


class SyncLimits(Struct, frozen=True):
    max_actions: Whole
    next_poll_s: Whole


class SyncReply(Struct, frozen=True):
    """`last_seq` and `chain` are the server's, whatever `code` is. `snapshot` None: the code is not OK.

    `sig`: its signature over both; None from an older server.
    """

    nonce: str
    server_id: str
    server_epoch: str
    server_time: Whole
    code: str
    last_seq: Whole
    chain: str
    results: list[Result]
    limits: SyncLimits
    snapshot: Snapshot | None = None
    sig: str | None = None
    anchor: Anchor | None = None


class SyncMarks(Struct, frozen=True):
    """What shows that a reply is our server's, to this request."""

    nonce: str
    server_id: str


# ---- read: errors -----------------------------------------------------------------------------------------


class FieldError(Struct, frozen=True):
    field: str
    message: str


class Problem(Struct, frozen=True):
    """RFC 9457 with a stable `code`; `errors` names each bad field of the request."""

    status: Whole
    code: str
    title: str
    detail: str
    errors: list[FieldError] = []
