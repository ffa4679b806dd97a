"""What needs a person, and who may settle it how?

Everybody settles what is about their own time; managers also what is about their projects, and say whether it counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from server.db.repositories import attention, catalog, organisation, rulings
from server.db.repositories.attention import Item, Reader
from server.db.session import Connection
from server.domain import permissions
from server.domain.choices import Choice, Chooser, offered, silences, winners
from server.domain.errors import Invalid, NotFound
from server.domain.holds import Hold, Limits, words
from server.domain.messages import (
    Attention,
    AttentionPage,
    FieldError,
    LogValues,
    RefusedAction,
    Role,
    ValueStretch,
)
from server.domain.principal import Principal
from server.services.pages import cut

NO_ITEM: Final = "There is no such item. It may have been settled already."
FORM: Final = re.compile(r"(?P<since>\d{1,18})\.(?P<action>[0-9a-f-]{36})", re.ASCII)


def of_user(conn: Connection, principal: Principal, limits: Limits, now_ms: int) -> list[Attention]:
    """One's own, newest first."""
    found = attention.of_user(conn, principal.user_id) + _silent(conn, principal.user_id, now_ms)
    return _shown(conn, principal, sorted(found, key=lambda each: each.order, reverse=True), limits)


def page(
    conn: Connection, principal: Principal, cursor: str | None, limit: int, now_ms: int
) -> AttentionPage:
    """Newest first: one's own, those of the projects that one manages, an administrator's all.

    Timers whose device is silent stand on their own person's first page. Invalid for a cursor that no page gave out.
    """
    before = _position(cursor)
    found = attention.page(conn, reader_of(principal), before, limit + 1)
    shown, last = cut(found, limit)
    if before is None:
        shown = _silent(conn, principal.user_id, now_ms) + shown
    items = _shown(conn, principal, attention.once(shown), organisation.find(conn).limits, is_named=True)
    return AttentionPage(items, None if last is None else f"{last.since_ms}.{last.action_id}")


def item(conn: Connection, principal: Principal, action_id: str, now_ms: int) -> Attention:
    """NotFound."""
    found = find(conn, principal, action_id, now_ms)
    [shown] = _shown(conn, principal, [found], organisation.find(conn).limits, is_named=True)
    return shown


def refused(conn: Connection, principal: Principal, action_id: str) -> RefusedAction:
    """One's own, as it came; an administrator's all. NotFound."""
    found = attention.raw(conn, reader_of(principal), action_id)
    if found is None:
        raise NotFound(NO_ITEM)
    return found


def find(conn: Connection, principal: Principal, action_id: str, now_ms: int) -> Item:
    """NotFound, also for what one may not know of.

    Somebody may have sent another one's id: their refused copy stands behind the time of whose it is.
    """
    found = attention.once(attention.find(conn, reader_of(principal), action_id))
    found += [each for each in _silent(conn, principal.user_id, now_ms) if each.action_id == action_id]
    if not found:
        raise NotFound(NO_ITEM)
    return next((each for each in found if each.claim_id is not None), found[0])


def _silent(conn: Connection, user_id: int, now_ms: int) -> list[Item]:
    """Timers of which nothing was heard for a week, and nothing was said since."""
    found = attention.silent(conn, user_id, now_ms)
    if not found:
        return []
    said = rulings.about(conn, user_id, sorted(each.action_id for each in found))
    decided = winners(each.ruling for each in said if each.admission is None)
    return [each for each in found if not silences(decided, each.code, each.action_id)]


def reader_of(principal: Principal) -> Reader:
    return Reader(principal.user_id, principal.role is Role.MANAGER, principal.role is Role.ADMIN)


def chooser_of(conn: Connection, principal: Principal, found: Item) -> Chooser:
    """Nobody but an administrator says of their own time that it counts."""
    is_owner = found.user_id == principal.user_id
    if is_owner or found.project_id is None:
        return Chooser(is_owner, principal.role is Role.ADMIN)
    is_member = catalog.is_member(conn, found.project_id, principal.user_id)
    return Chooser(is_owner, permissions.manages(principal.role, is_member=is_member))


def choices_of(conn: Connection, principal: Principal, found: Item, limits: Limits) -> tuple[Choice, ...]:
    return offered(found.code, chooser_of(conn, principal, found), _impossible(found, limits))


def _impossible(found: Item, limits: Limits) -> list[Choice]:
    """What this very item cannot become."""
    without = []
    if found.claims > 1:
        without.append(Choice.CHANGE_TIME)  # of which one?
    if found.code == Hold.VOID_VS_EDIT and found.lost is None:
        without.append(Choice.USE_OTHER)  # what a timer went on to record after the deletion
    if found.start is not None and found.end is not None and found.end - found.start > limits.long_s:
        without.append(Choice.COUNT)
        if found.code == Hold.STOPPED_ELSEWHERE:
            without.append(Choice.ACCEPT)
    return without


def _shown(
    conn: Connection,
    principal: Principal,
    found: Sequence[Item],
    limits: Limits,
    *,
    is_named: bool = False,
) -> list[Attention]:
    if not found:
        return []
    asked = rulings.asked(
        conn, sorted({each.user_id for each in found}), sorted({each.action_id for each in found})
    )
    return [
        Attention(
            action_id=each.action_id,
            code=each.code,
            detail=words(Hold(each.code), limits) if each.detail is None else each.detail,
            since=each.since_ms // 1000,
            issue_key=each.issue_key,
            timer_id=each.timer_id,
            claim_id=each.claim_id,
            time_log_id=each.time_log_id,
            start=each.start,
            end=each.end,
            choices=list(choices_of(conn, principal, each, limits)),
            other=_other(each),
            asked_at=asked.get((each.user_id, each.action_id)),
            user_id=each.user_id if is_named else None,
            user_name=each.user_name if is_named else None,
        )
        for each in found
    ]


def _other(found: Item) -> LogValues | None:
    """The values that lost; of a timer that went on over another one, where it may have ended."""
    if found.code == Hold.CONCURRENT and found.claim_id is not None and found.start is not None:
        return LogValues(stretches=[ValueStretch(found.claim_id, found.start, found.until)])
    if found.code not in {Hold.EDITED_TWICE, Hold.VOID_VS_EDIT} or found.lost is None:
        return None
    lost = found.lost
    return LogValues(
        lost.issue_id,
        lost.issue_key,
        lost.description,
        lost.is_billable,
        [ValueStretch(each.claim_id, each.start, each.end) for each in lost.bounds if not each.is_void],
    )


def _position(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    found = FORM.fullmatch(cursor)
    if found is None:
        raise Invalid(
            "Take the cursor from the page before.",
            errors=[FieldError("cursor", "This is not a cursor of this list.")],
        )
    return int(found["since"]), found["action"]
