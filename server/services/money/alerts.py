"""Which alerts were raised on my projects, and who has taken notice?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from msgspec import structs

from server.db import after
from server.db.repositories import alerts
from server.db.repositories.alerts import AlertQuestion
from server.db.session import Connection
from server.domain.errors import NotFound
from server.domain.events import BudgetMoved
from server.domain.messages import AlertPage, BudgetAlert, Role
from server.domain.principal import Principal
from server.domain.trail import Entry
from server.services import audit, rights
from server.services.pages import cut, last_id

NO_ALERT: Final = "There is no such alert."


def of_project(
    conn: Connection,
    principal: Principal,
    project_id: int,
    is_acknowledged: bool | None,  # noqa: FBT001  # None asks for both
    cursor: str | None,
    limit: int,
) -> AlertPage:
    """Latest first; members see no amounts. NotFound; Invalid for a cursor that no page gave out."""
    rights.see_project(conn, principal, project_id)
    return _page(conn, principal, AlertQuestion(None, project_id, is_acknowledged, last_id(cursor), limit))


def of_mine(
    conn: Connection,
    principal: Principal,
    is_acknowledged: bool | None,  # noqa: FBT001  # None asks for both
    cursor: str | None,
    limit: int,
) -> AlertPage:
    """Of all projects of which the person is a member; an administrator's are all."""
    member = None if principal.role is Role.ADMIN else principal.user_id
    return _page(conn, principal, AlertQuestion(member, None, is_acknowledged, last_id(cursor), limit))


def acknowledge(conn: Connection, principal: Principal, alert_id: int, now_ms: int) -> BudgetAlert:
    """Once or again: the first who did it stays. NotFound, Forbidden."""
    alert = alerts.find(conn, alert_id)
    if alert is None:
        raise NotFound(NO_ALERT)
    rights.manage_project(conn, principal, alert.project_id, NO_ALERT)
    if alerts.acknowledge(conn, alert_id, principal.user_id, now_ms):
        after.tell(conn, BudgetMoved(alert.project_id))
        facts = {"alert_type": str(alert.alert_type), "is_acknowledged": True}
        before = facts | {"is_acknowledged": False}
        audit.record(
            conn,
            Entry(
                principal.user_id,
                "alert.acknowledged",
                "alert",
                str(alert_id),
                before,
                facts,
                alert.project_id,
            ),
            now_ms,
        )
    return alerts.find(conn, alert_id) or alert


def _page(conn: Connection, principal: Principal, asked: AlertQuestion) -> AlertPage:
    found = alerts.page(conn, replace(asked, limit=asked.limit + 1))
    shown, last = cut(found, asked.limit)
    return AlertPage(
        items=[each if principal.role is not Role.MEMBER else _without_amounts(each) for each in shown],
        next=None if last is None else str(last.id),
    )


def _without_amounts(alert: BudgetAlert) -> BudgetAlert:
    return structs.replace(alert, cost_at_alert=None, currency=None)
