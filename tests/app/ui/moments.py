"""What can be true on the screen?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from app.core.screen import Account, Budget, Hindrance, Link, SyncState, TimerState, Today
from app.core.timer import IssueRef, Rate, RateType, Timer
from app.errors import DiskFull
from tests.fakes.clock import START
from tests.fakes.desk import LOGIN, MENU

WORKED_S: Final = 4328  # 1:12:08
RATE: Final = Rate(RateType.HOURLY, Decimal(50), "USD")
RUNNING: Final = Timer("t", LOGIN, START - WORKED_S, 0, "c", START - WORKED_S, None, RATE)
PAUSED: Final = replace(RUNNING, closed_seconds=WORKED_S, claim_id=None, running_since=None, paused_at=START)
ANNA: Final = Account("https://hours.test", "s1", 7, "anna@demo.test", "Anna")
RELEASE: Final = IssueRef(9, "BP-9", "Write the release notes", 1)

AT_WORK: Final = TimerState(
    timer=RUNNING,
    sync=SyncState(Link.ONLINE, last_contact=START),
    account=ANNA,
    budget=Budget(Decimal("42.3"), Decimal(80), START - 1200),
    today=Today(11_520, START, START - WORKED_S),
    recents=(LOGIN, MENU, RELEASE),
)


def do_nothing() -> None:
    """For what a test never asks for."""


def used(percent: str) -> TimerState:
    return replace(AT_WORK, budget=Budget(Decimal(percent), Decimal(80), START - 1200))


def offline(waiting: int, hindrance: Hindrance | None = None) -> TimerState:
    return replace(AT_WORK, sync=SyncState(Link.OFFLINE, hindrance, waiting))


ON_A_BREAK: Final = replace(AT_WORK, timer=PAUSED)
IDLE: Final = replace(AT_WORK, timer=None, budget=None, today=Today(11_520, START))
FRESH: Final = TimerState()
SIGNED_OUT: Final = replace(AT_WORK, sync=SyncState(Link.SIGNED_OUT, waiting=4))
NEEDS_ANNA: Final = replace(AT_WORK, sync=SyncState(Link.ATTENTION, attention=2))
NO_RATE: Final = replace(AT_WORK, timer=replace(RUNNING, rate=None))
HELD: Final = replace(AT_WORK, timer=replace(RUNNING, hold_code="locked"))
TROUBLE: Final = replace(AT_WORK, trouble=DiskFull(Path("/home/anna/queue.sqlite3")))
STOPPING: Final = replace(AT_WORK, stopping_at=START)

MOMENTS: Final = {
    "running": AT_WORK,
    "warned": used("82"),
    "over": used("104.2"),
    "no budget": replace(AT_WORK, budget=None),
    "no rate": NO_RATE,
    "paused": ON_A_BREAK,
    "offline": offline(3, Hindrance.PORTAL),
    "attention": NEEDS_ANNA,
    "signed out": SIGNED_OUT,
    "held": HELD,
    "trouble": TROUBLE,
    "stopping": STOPPING,
    "idle": IDLE,
    "idle offline": replace(IDLE, sync=SyncState(Link.OFFLINE)),
    "fresh": FRESH,
}
