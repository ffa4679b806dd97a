"""What does the floating timer say about a state?

Words only, made anew from the state and the clock; nothing here draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.core.screen import Budget, Link, TimerState, shown_cost, shown_seconds, shown_today
from app.core.timer import Status
from app.core.written import duration
from app.ui.format import duration_words, moment, money, percent, seconds_of_day
from app.ui.icons import Mark, sync_mark
from app.ui.text import Text

FULL_BUDGET: Final = Decimal(100)


class Tone(StrEnum):
    """How much a line or a bar asks for the eye."""

    CALM = "calm"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    tone: Tone = Tone.CALM


@dataclass(frozen=True, slots=True)
class SyncWords:
    """`short` beside the mark, `full` in the tooltip and for screen readers; `count` of what waits or needs somebody."""

    mark: Mark
    short: str
    full: str
    count: int = 0


def elapsed(state: TimerState, now: int) -> str:
    return duration(shown_seconds(state, now))


def live_cost(state: TimerState, now: int, text: Text) -> str:
    """Empty when no rate is known."""
    amount = shown_cost(state, now)
    if amount is None or state.timer is None or state.timer.rate is None:
        return ""
    return money(amount, state.timer.rate.currency, text)


def today_seconds(state: TimerState, now: int) -> int:
    """Worked since midnight in the machine's time zone."""
    return shown_today(state, now, now - seconds_of_day(now))


def today(state: TimerState, now: int, text: Text) -> str:
    return text.t("timer.today", duration=duration_words(today_seconds(state, now)))


def status_words(status: Status, text: Text) -> str:
    match status:
        case Status.RUNNING:
            return text.t("timer.status_running")
        case Status.PAUSED:
            return text.t("timer.status_paused")
        case Status.IDLE:
            return text.t("timer.status_idle")


def line(state: TimerState, now: int, text: Text) -> Line | None:
    """The one line below the time: what matters most of what there is to say."""
    if state.trouble is not None:
        return Line(text.error(state.trouble), Tone.ERROR)
    if state.timer is not None and state.timer.hold_code is not None:
        return Line(text.t("timer.held"), Tone.WARNING)
    if state.timer is None or state.budget is None or state.budget.percent is None:
        return None
    return Line(_budget_words(state.budget, state.budget.percent, state.sync.link, now, text))


def budget_tone(budget: Budget) -> Tone:
    if budget.percent is None:
        return Tone.CALM
    if budget.percent >= FULL_BUDGET:
        return Tone.ERROR
    warned = budget.warning_percent is not None and budget.percent >= budget.warning_percent
    return Tone.WARNING if warned else Tone.CALM


def sync_words(state: TimerState, now: int, text: Text) -> SyncWords:
    mark = sync_mark(state)
    match mark:
        case Mark.ATTENTION:
            return _attention(state, text)
        case Mark.SIGN_IN:
            return SyncWords(
                mark, text.t("sync.sign_in"), _sign_in(state.sync.waiting, text), state.sync.waiting
            )
        case Mark.OFFLINE:
            return _offline(state, now, text)
        case _ if state.sync.waiting:
            return SyncWords(mark, text.t("sync.sending"), text.t("sync.sending_long"))
        case _:
            return SyncWords(mark, text.t("sync.saved"), text.t("sync.saved_long"))


def _budget_words(budget: Budget, used: Decimal, link: Link, now: int, text: Text) -> str:
    if link in {Link.OFFLINE, Link.SIGNED_OUT}:
        return text.t("timer.budget_as_of", percent=percent(used), time=moment(budget.as_of, now, text))
    return text.t("timer.budget", percent=percent(used))


def _attention(state: TimerState, text: Text) -> SyncWords:
    if state.trouble is not None:
        return SyncWords(Mark.ATTENTION, text.t("sync.trouble"), text.error(state.trouble))
    n = state.sync.attention
    return SyncWords(
        Mark.ATTENTION, text.plural("sync.attention", n), text.plural("sync.attention_long", n), n
    )


def _sign_in(waiting: int, text: Text) -> str:
    return text.plural("sync.sign_in_long", waiting) if waiting else text.t("sync.sign_in_none_long")


def contact_words(state: TimerState, now: int, text: Text) -> str:
    """When the server answered last."""
    at = state.sync.last_contact
    return text.t("outbox.contact_none") if at is None else text.t("outbox.contact", at=moment(at, now, text))


def hindrance_words(state: TimerState, text: Text) -> str:
    """Why it does not answer now; empty where that is not known."""
    hindrance = state.sync.hindrance
    return "" if hindrance is None else text.t(f"sync.hindrance_{hindrance}")


def _offline(state: TimerState, now: int, text: Text) -> SyncWords:
    n = state.sync.waiting
    short = text.plural("sync.offline", n) if n else text.t("sync.offline_none")
    full = text.plural("sync.offline_long", n) if n else text.t("sync.offline_none_long")
    parts = (hindrance_words(state, text), full, contact_words(state, now, text))
    return SyncWords(Mark.OFFLINE, short, " ".join(part for part in parts if part), n)
