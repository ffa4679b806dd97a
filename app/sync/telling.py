"""What of a server's answer has to be said to the person, because they did not do it or would wonder?

No number goes back without a word of why.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.core.notices import Notice, NoticeKind, Reason
from app.core.snapshot import Held, Kept
from app.core.timer import Timer, elapsed_seconds
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.store.records import AttentionItem, Outcome

ROUNDING_S: Final = 1
TRIMMED: Final = "TRIMMED"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the screen shows at second `now`; `today` with what runs."""

    kept: Kept
    timer: Timer | None
    today: int
    now: int

    @property
    def elapsed(self) -> int:
        return 0 if self.timer is None else elapsed_seconds(self.timer, self.now)


def salvaged(outbox: Outbox) -> Notice:
    """Of an outbox that was made anew: what is safe, and where the old file is."""
    if outbox.salvaged is None:
        raise AssertionError("nothing was made anew")
    return Notice(NoticeKind.TROUBLE, {"error": outbox.salvaged.trouble(outbox.path)})


def outcomes(news: set[str], items: Iterable[AttentionItem], cache: Cache) -> Iterator[Notice]:
    """Of the actions `news` that the server did not simply take."""
    for item in items:
        if item.action_id not in news:
            continue
        if item.outcome == Outcome.HELD:
            issue = None if item.issue_id is None else cache.issue(item.issue_id)
            key = None if issue is None else issue.key
            yield Notice(NoticeKind.HELD, {"issue_key": key, "code": item.code, "text": item.detail})
        else:
            yield Notice(NoticeKind.REJECTED, {"code": item.code, "text": item.detail})


def changes(before: Shown, after: Shown) -> Iterator[Notice]:
    """What another hand did to the timer, or why less is shown than before. That another device began something is said already."""
    was, now = before.timer, after.timer
    if was is not None and now is None:
        yield Notice(NoticeKind.STOPPED_ELSEWHERE, {"issue_key": was.issue.key})
    elif was is None or now is None or was.timer_id == now.timer_id:
        lower = max(_lower_today(before, after), 0 if was is None else before.elapsed - after.elapsed)
        if lower > ROUNDING_S:
            yield Notice(NoticeKind.LOWERED, {"seconds": lower, "reason": _reason(before, after)})


def _lower_today(before: Shown, after: Shown) -> int:
    return before.today - after.today if _is_one_day(before, after) else 0


def _reason(before: Shown, after: Shown) -> Reason:
    known = {each.action_id for each in before.kept.attention}
    new: list[Held] = [each for each in after.kept.attention if each.action_id not in known]
    if any(each.code == TRIMMED for each in new):
        return Reason.TRIMMED
    is_held = after.timer is not None and after.timer.hold_code is not None
    return Reason.HELD if new or is_held else Reason.CORRECTED


def _is_one_day(before: Shown, after: Shown) -> bool:
    """On another day everything begins at nothing, and what was never known cannot go back."""
    first, second = before.kept.as_of, after.kept.as_of
    return first > 0 and time.localtime(first)[:3] == time.localtime(second)[:3]
