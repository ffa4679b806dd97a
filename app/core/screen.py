"""What is true for everything on the screen at one moment?

One frozen state, made by the controller alone. Elapsed time and cost are not in it: views compute them from the timer
and the clock, with `shown_seconds` and `shown_cost`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.core.money import cost
from app.core.questions import Question
from app.core.timer import IssueRef, Status, Timer, elapsed_seconds
from app.errors import AppError


class Link(StrEnum):
    """How the app stands with its server. ATTENTION: online, and something needs a decision."""

    ONLINE = "online"
    OFFLINE = "offline"
    SIGNED_OUT = "signed_out"
    ATTENTION = "attention"


class Hindrance(StrEnum):
    """Why the server cannot be reached, as far as it is known."""

    UNREACHABLE = "unreachable"
    PORTAL = "portal"  # somebody else answers: a hotel's page, a proxy, another product
    TLS = "tls"
    SERVER = "server"  # it answers, and cannot work now
    UPGRADE = "upgrade"
    WRONG_SERVER = "wrong_server"
    REFUSED = "refused"  # it refuses this device: the account may be switched off


@dataclass(frozen=True, slots=True)
class SyncState:
    """`waiting`: recorded here and not confirmed. `confirmed`: what the server has of this device's actions.

    `attention`: what waits for a decision of this person. `last_contact`: epoch seconds.
    """

    link: Link = Link.SIGNED_OUT
    hindrance: Hindrance | None = None
    waiting: int = 0
    attention: int = 0
    last_contact: int | None = None
    confirmed: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """Use of the timer's project, in percent, at `as_of` (epoch seconds). None: the project has no budget."""

    percent: Decimal | None
    warning_percent: Decimal | None
    as_of: int


@dataclass(frozen=True, slots=True)
class Today:
    """`seconds`: counted of the day that the server meant at `as_of` (epoch seconds), and what ended here since.

    `running_from`: since when the stretch that runs is not among them; None when nothing runs.
    """

    seconds: int = 0
    as_of: int = 0
    running_from: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Whose time is recorded here, and where it goes."""

    server_url: str
    server_id: str
    user_id: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class TimerState:
    """`stopping_at`: stop was pressed at this second and the description is being asked; the time stands still.

    `trouble`: why nothing can be recorded on this device; None when all is well. `account` None: nobody has
    ever signed in here. `question`: what the person is asked; nothing waits for the answer.
    """

    timer: Timer | None = None
    stopping_at: int | None = None
    sync: SyncState = field(default_factory=SyncState)
    account: Account | None = None
    budget: Budget | None = None
    today: Today = field(default_factory=Today)
    recents: tuple[IssueRef, ...] = ()
    trouble: AppError | None = None
    question: Question | None = None

    @property
    def status(self) -> Status:
        return Status.IDLE if self.timer is None else self.timer.status


def shown_seconds(state: TimerState, now: int) -> int:
    """What the clock of the timer shows at `now`; 0 when there is none."""
    if state.timer is None:
        return 0
    return elapsed_seconds(state.timer, now if state.stopping_at is None else state.stopping_at)


def shown_cost(state: TimerState, now: int) -> Decimal | None:
    """With four places; None when no timer or no rate is known."""
    if state.timer is None or state.timer.rate is None:
        return None
    return cost(shown_seconds(state, now), state.timer.rate)


def shown_today(state: TimerState, now: int, midnight: int) -> int:
    """Seconds worked since `midnight` (epoch seconds of the local day's start), the running timer included."""
    today = state.today
    seconds = today.seconds if today.as_of >= midnight else 0
    if today.running_from is None:
        return seconds
    until = now if state.stopping_at is None else state.stopping_at
    return seconds + max(0, until - max(today.running_from, midnight))
