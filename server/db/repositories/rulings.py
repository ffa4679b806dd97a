"""What was decided about what is held, refused or to be known?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import rulings
from server.domain.choices import Choice, Ruling
from server.domain.holds import Hold

_COLUMNS: Final = (
    rulings.c.action_id,
    rulings.c.ref,
    rulings.c.timer_id,
    rulings.c.user_id,
    rulings.c.author_id,
    rulings.c.choice,
    rulings.c.authored_ms,
    rulings.c.issue_id,
    rulings.c.start_ms,
    rulings.c.end_ms,
    rulings.c.admission,
)
_OF_TIMERS: Final = select(*_COLUMNS).where(rulings.c.timer_id.in_(bindparam("timer_ids", expanding=True)))
_ABOUT: Final = select(*_COLUMNS).where(
    rulings.c.user_id == bindparam("user_id"), rulings.c.ref.in_(bindparam("refs", expanding=True))
)
_ASKED: Final = (
    select(rulings.c.user_id, rulings.c.ref, func.max(rulings.c.authored_ms).label("asked_ms"))
    .where(
        rulings.c.user_id.in_(bindparam("user_ids", expanding=True)),
        rulings.c.ref.in_(bindparam("refs", expanding=True)),
        rulings.c.choice == str(Choice.ASK_MANAGER),
    )
    .group_by(rulings.c.user_id, rulings.c.ref)
)
_ADD: Final = insert(rulings)
_ADOPT: Final = (
    update(rulings)
    .where(rulings.c.action_id == bindparam("b_action_id"))
    .values(timer_id=bindparam("b_timer_id"), admission=bindparam("b_admission"))
)


@dataclass(frozen=True, slots=True)
class StoredRuling:
    """`timer_id` None: what it is about has not come yet, or has no timer. `admission`: why it changes nothing."""

    ruling: Ruling
    timer_id: str | None
    user_id: int
    author_id: int
    issue_id: int | None = None
    start: int | None = None
    end: int | None = None
    admission: Hold | None = None


def of_timers(conn: Connection, timer_ids: Sequence[str]) -> list[StoredRuling]:
    """Whoever they belong to."""
    return [_ruling(row) for row in conn.execute(_OF_TIMERS, {"timer_ids": timer_ids})]


def about(conn: Connection, user_id: int, refs: Sequence[str]) -> list[StoredRuling]:
    """This user's, about these actions."""
    return [_ruling(row) for row in conn.execute(_ABOUT, {"user_id": user_id, "refs": refs})]


def asked(conn: Connection, user_ids: Sequence[int], refs: Sequence[str]) -> dict[tuple[int, str], int]:
    """Since when (epoch seconds) managers are asked about these actions, by person and action."""
    rows = conn.execute(_ASKED, {"user_ids": user_ids, "refs": refs})
    return {(row.user_id, row.ref): to_s(row.asked_ms) for row in rows}


def add(conn: Connection, stored: StoredRuling) -> None:
    """ConstraintBroken when it is there already."""
    conn.execute(
        _ADD,
        {
            "action_id": stored.ruling.action_id,
            "ref": stored.ruling.ref,
            "timer_id": stored.timer_id,
            "user_id": stored.user_id,
            "author_id": stored.author_id,
            "choice": stored.ruling.choice,
            "authored_ms": to_ms(stored.ruling.authored),
            "issue_id": stored.issue_id,
            "start_ms": to_ms(stored.start),
            "end_ms": to_ms(stored.end),
            "admission": stored.admission,
        },
    )


def adopt(conn: Connection, stored: StoredRuling) -> None:
    """What it is about has come."""
    conn.execute(
        _ADOPT,
        {
            "b_action_id": stored.ruling.action_id,
            "b_timer_id": stored.timer_id,
            "b_admission": stored.admission,
        },
    )


def _ruling(row: Any) -> StoredRuling:
    return StoredRuling(
        Ruling(row.action_id, row.ref, Choice(row.choice), to_s(row.authored_ms)),
        row.timer_id,
        row.user_id,
        row.author_id,
        row.issue_id,
        to_s(row.start_ms),
        to_s(row.end_ms),
        None if row.admission is None else Hold(row.admission),
    )
