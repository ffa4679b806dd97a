"""Which deliveries are due, and what became of them?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, exists, or_, select, update

from server.db.session import Connection
from server.db.tables import deliveries, notifications, project_members, projects, users, webhooks
from server.domain.delivery import Channel, Errand, Hook, Mailbox, State, Told
from server.domain.messages import Role

_DUE: Final = (
    select(
        deliveries.c.id,
        deliveries.c.attempts,
        deliveries.c.channel,
        notifications.c.key,
        notifications.c.kind,
        notifications.c.payload,
        notifications.c.created_at,
        projects.c.key.label("project_key"),
        projects.c.name.label("project_name"),
        users.c.id.label("user_id"),
        users.c.email,
        users.c.name,
        webhooks.c.id.label("webhook_id"),
        webhooks.c.url,
        webhooks.c.salt,
        webhooks.c.secret_check,
    )
    .join_from(deliveries, notifications, notifications.c.id == deliveries.c.notification_id)
    .join(projects, projects.c.id == notifications.c.project_id)
    .join(
        users,
        and_(
            deliveries.c.channel == Channel.EMAIL, users.c.id == deliveries.c.recipient_id, users.c.is_active
        ),
        isouter=True,
    )
    .join(
        webhooks,
        and_(
            deliveries.c.channel == Channel.WEBHOOK,
            webhooks.c.id == deliveries.c.recipient_id,
            webhooks.c.ended_at.is_(None),
        ),
        isouter=True,
    )
    .where(deliveries.c.state == State.WAITING, deliveries.c.due_at <= bindparam("now_ms"))
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(bindparam("most"))
)
_is_member: Final = exists().where(
    project_members.c.user_id == users.c.id, project_members.c.project_id == notifications.c.project_id
)
_MAY_BE_TOLD: Final = (
    select(deliveries.c.id)
    .join_from(deliveries, notifications, notifications.c.id == deliveries.c.notification_id)
    .join(
        webhooks,
        and_(deliveries.c.channel == Channel.WEBHOOK, webhooks.c.id == deliveries.c.recipient_id),
        isouter=True,
    )
    .join(
        users,
        users.c.id
        == case(
            (deliveries.c.channel == Channel.EMAIL, deliveries.c.recipient_id), else_=webhooks.c.created_by
        ),
    )
    .where(
        deliveries.c.id == bindparam("id"),
        users.c.is_active,
        or_(users.c.role == Role.ADMIN, and_(users.c.role == Role.MANAGER, _is_member)),
    )
)
_MINE: Final = (
    deliveries.c.id == bindparam("b_id"),
    deliveries.c.state == State.WAITING,
    deliveries.c.attempts == bindparam("b_attempts"),
)
_BEGIN: Final = (
    update(deliveries).where(*_MINE).values(attempts=deliveries.c.attempts + 1, due_at=bindparam("b_due_at"))
)
_SETTLE: Final = (
    update(deliveries)
    .where(*_MINE)
    .values(state=bindparam("b_state"), last_error=bindparam("b_error"), settled_at=bindparam("b_now_ms"))
)
_FAIL: Final = update(deliveries).where(*_MINE).values(last_error=bindparam("b_error"))
_OF_WEBHOOK: Final = (
    select(
        deliveries.c.id,
        notifications.c.key,
        notifications.c.kind,
        deliveries.c.state,
        deliveries.c.attempts,
        deliveries.c.due_at,
        deliveries.c.last_error,
        deliveries.c.created_at,
        deliveries.c.settled_at,
    )
    .join_from(deliveries, notifications, notifications.c.id == deliveries.c.notification_id)
    .where(
        deliveries.c.channel == Channel.WEBHOOK,
        deliveries.c.recipient_id == bindparam("webhook_id"),
        deliveries.c.id < bindparam("before"),
    )
    .order_by(deliveries.c.id.desc())
    .limit(bindparam("most"))
)
_OF_WEBHOOK_IN_STATE: Final = _OF_WEBHOOK.where(deliveries.c.state == bindparam("state"))
_WEBHOOK_OF: Final = select(deliveries.c.recipient_id, deliveries.c.state).where(
    deliveries.c.id == bindparam("id"), deliveries.c.channel == Channel.WEBHOOK
)
_AGAIN: Final = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("b_id"), deliveries.c.state == State.DEAD)
    .values(state=State.WAITING, attempts=0, due_at=bindparam("b_now_ms"), settled_at=None)
)
_CANCEL: Final = (
    update(deliveries)
    .where(
        deliveries.c.channel == Channel.WEBHOOK,
        deliveries.c.recipient_id == bindparam("b_webhook_id"),
        deliveries.c.state == State.WAITING,
    )
    .values(state=State.CANCELLED, settled_at=bindparam("b_now_ms"))
)


@dataclass(frozen=True, slots=True)
class Course:
    """How one delivery to a webhook went so far. Instants in milliseconds; `due_at`: of the next try, while it waits."""

    delivery_id: int
    key: str
    kind: str
    state: State
    attempts: int
    due_at: int
    last_error: str | None
    created_at: int
    settled_at: int | None


def due(conn: Connection, now_ms: int, most: int) -> list[Errand]:
    """Longest due first."""
    return [_errand(row) for row in conn.execute(_DUE, {"now_ms": now_ms, "most": most})]


def may_be_told(conn: Connection, errand: Errand) -> bool:
    """Whether its recipient, or whoever set up the webhook, may still know what happens on that project."""
    return conn.execute(_MAY_BE_TOLD, {"id": errand.delivery_id}).first() is not None


def begin(conn: Connection, errand: Errand, due_at_ms: int) -> bool:
    """Counts the attempt; it is due again then, unless it is settled before. False: another instance has it."""
    asked = {"b_id": errand.delivery_id, "b_attempts": errand.attempts, "b_due_at": due_at_ms}
    return conn.execute(_BEGIN, asked).rowcount == 1


def settle(conn: Connection, errand: Errand, state: State, error: str | None, now_ms: int) -> None:
    """Nothing, when another instance goes on with it already. `errand` as it is after `begin`."""
    conn.execute(_SETTLE, {**_mine(errand), "b_state": state, "b_error": error, "b_now_ms": now_ms})


def fail(conn: Connection, errand: Errand, error: str) -> None:
    """It waits for its next attempt."""
    conn.execute(_FAIL, {**_mine(errand), "b_error": error})


def of_webhook(
    conn: Connection, webhook_id: int, state: State | None, before: int, most: int
) -> list[Course]:
    """Newest first, from below that id on. `state` None: all."""
    asked: dict[str, Any] = {"webhook_id": webhook_id, "before": before, "most": most}
    question = _OF_WEBHOOK
    if state is not None:
        question, asked = _OF_WEBHOOK_IN_STATE, {**asked, "state": state}
    return [
        Course(
            row.id,
            row.key,
            row.kind,
            State(row.state),
            row.attempts,
            row.due_at,
            row.last_error,
            row.created_at,
            row.settled_at,
        )
        for row in conn.execute(question, asked)
    ]


def webhook_of(conn: Connection, delivery_id: int) -> int | None:
    """None: there is no such delivery to a webhook."""
    row = conn.execute(_WEBHOOK_OF, {"id": delivery_id}).first()
    return None if row is None else int(row.recipient_id)


def again(conn: Connection, delivery_id: int, now_ms: int) -> bool:
    """False: it was not given up."""
    return conn.execute(_AGAIN, {"b_id": delivery_id, "b_now_ms": now_ms}).rowcount == 1


def cancel_of_webhook(conn: Connection, webhook_id: int, now_ms: int) -> None:
    conn.execute(_CANCEL, {"b_webhook_id": webhook_id, "b_now_ms": now_ms})


def _mine(errand: Errand) -> dict[str, Any]:
    return {"b_id": errand.delivery_id, "b_attempts": errand.attempts}


def _errand(row: Any) -> Errand:
    told = Told(row.key, row.kind, row.project_key, row.project_name, json.loads(row.payload), row.created_at)
    return Errand(row.id, row.attempts, told, _recipient(row))


def _recipient(row: Any) -> Mailbox | Hook | None:
    if row.channel == Channel.EMAIL:
        return None if row.user_id is None else Mailbox(row.user_id, row.email, row.name)
    return None if row.webhook_id is None else Hook(row.webhook_id, row.url, row.salt, row.secret_check)
