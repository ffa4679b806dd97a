"""What is the state of the screen, made from what is known?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.core.money import cost
from app.core.notices import Notice, NoticeKind
from app.core.screen import Account, Hindrance, Link, SyncState, TimerState
from app.core.timer import Timer, elapsed_seconds
from app.errors import AppError, SettingsIgnored, SettingsUnreadable
from app.settings import Loaded, Settings
from app.sync.desk import Desk

SHOWN_RECENTS: Final = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sync thread reported last. `last_contact`: epoch seconds of the server's last answer."""

    link: Link = Link.SIGNED_OUT
    hindrance: Hindrance | None = None
    last_contact: int | None = None


def shown(
    desk: Desk | None,
    standing: Standing,
    account: Account | None,
    trouble: AppError | None,
) -> TimerState:
    """`trouble`: why there is no desk."""
    state = TimerState(sync=_sync(desk, standing), account=account, trouble=trouble)
    if desk is None:
        return state
    return replace(
        state,
        timer=desk.timer,
        stopping_at=desk.stopping_at(),
        budget=desk.budget(),
        today=desk.today(),
        question=desk.question(),
        recents=desk.cache.recents(SHOWN_RECENTS),
    )


def _sync(desk: Desk | None, standing: Standing) -> SyncState:
    if desk is None:
        return SyncState(standing.link, standing.hindrance, last_contact=standing.last_contact)
    attention = sum(need.is_open for need in desk.needs())
    link = Link.ATTENTION if standing.link is Link.ONLINE and attention else standing.link
    waiting = desk.outbox.pending_count()
    confirmed = desk.outbox.acked_seq
    return SyncState(link, standing.hindrance, waiting, attention, standing.last_contact, confirmed)


def account_of(settings: Settings) -> Account | None:
    """Who was signed in last; None when nobody ever was."""
    if settings.server_url is None or settings.server_id is None or settings.user_id is None:
        return None
    email = settings.email or ""
    return Account(
        settings.server_url, settings.server_id, settings.user_id, email, settings.user_name or email
    )


def unread(loaded: Loaded, path: Path) -> Iterator[AppError]:
    """What was wrong with the settings file."""
    if loaded.set_aside is not None:
        yield SettingsUnreadable(path, loaded.set_aside)
    if loaded.ignored == (path.name,):
        yield SettingsUnreadable(path, None)
    elif loaded.ignored:
        yield SettingsIgnored(path, loaded.ignored)


def logged(timer: Timer, at: int) -> Notice:
    """`timer` was stopped at second `at`."""
    seconds, rate = elapsed_seconds(timer, at), timer.rate
    return Notice(
        NoticeKind.LOGGED,
        {
            "issue_key": timer.issue.key,
            "seconds": seconds,
            "cost": None if rate is None else cost(seconds, rate),
            "currency": None if rate is None else rate.currency,
        },
    )
