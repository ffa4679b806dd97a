"""Of what that was not counted, or not applied, should a person know?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from server.db.repositories.instants import to_s
from server.db.session import Connection
from server.db.tables import applied_actions, claims, dead_letters, issue_time_logs, issues
from server.domain.holds import Hold
from server.domain.messages import Attention

LIMIT: Final = 200

_CLAIMS: Final = (
    select(
        claims.c.attention_action_id,
        claims.c.attention_code,
        applied_actions.c.received_at,
        issues.c.key,
    )
    .join_from(claims, applied_actions, applied_actions.c.action_id == claims.c.attention_action_id)
    .join(issue_time_logs, issue_time_logs.c.id == claims.c.time_log_id, isouter=True)
    .join(issues, issues.c.id == issue_time_logs.c.issue_id, isouter=True)
    .where(claims.c.user_id == bindparam("user_id"), claims.c.attention_code.is_not(None))
    .order_by(applied_actions.c.received_at.desc())
    .limit(LIMIT)
)
_ACTIONS: Final = (
    select(dead_letters.c.action_id, dead_letters.c.code, dead_letters.c.detail, dead_letters.c.received_at)
    .where(dead_letters.c.user_id == bindparam("user_id"), dead_letters.c.resolved_at.is_(None))
    .order_by(dead_letters.c.id.desc())
    .limit(LIMIT)
)


def of_user(conn: Connection, user_id: int, words: dict[Hold, str]) -> list[Attention]:
    """Newest first: held claims, and actions that could not be applied and that nobody has settled.

    `words`: what a hold says. The issue is named only where its user may see it.
    """
    claimed = [
        Attention(
            action_id=row.attention_action_id,
            code=row.attention_code,
            detail=words[Hold(row.attention_code)],
            since=to_s(row.received_at),
            issue_key=row.key,
        )
        for row in conn.execute(_CLAIMS, {"user_id": user_id})
    ]
    refused = [
        Attention(
            action_id=row.action_id,
            code=row.code,
            detail=row.detail,
            since=to_s(row.received_at),
            issue_key=None,
        )
        for row in conn.execute(_ACTIONS, {"user_id": user_id})
    ]
    return sorted(claimed + refused, key=lambda each: each.since, reverse=True)
