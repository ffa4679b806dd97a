"""Which dated rates were agreed: with a person, for a project, for a person on a project, for everybody?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Delete,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    cast,
    delete,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)

from server.db.session import Connection
from server.db.tables import (
    organisation_rates,
    project_budgets,
    project_member_rates,
    project_members,
    project_rates,
    user_rates,
)
from server.db.types import RowKey
from server.domain.messages import Rate, RateLevel, RateType
from server.domain.rating import Book, DatedRate, Found, Owner

TABLES: Final[Mapping[RateLevel, Table]] = {
    RateLevel.MEMBER: project_member_rates,
    RateLevel.PROJECT: project_rates,
    RateLevel.USER: user_rates,
    RateLevel.ORGANISATION: organisation_rates,
}
ORDER: Final = {level: place for place, level in enumerate(RateLevel)}
BY_ORDER: Final = {place: level for level, place in ORDER.items()}
OWNERS: Final = ("user_id", "project_id")


@dataclass(frozen=True, slots=True)
class StoredRate:
    rate_id: int
    owner: Owner
    dated: DatedRate


@dataclass(frozen=True, slots=True)
class _Statements:
    find: Select[Any]
    add: Insert
    change: Update
    remove: Delete


def _owned(level: RateLevel) -> list[Any]:
    table = TABLES[level]
    return [table.c[name] == bindparam(f"b_{name}") for name in OWNERS if name in table.c]


def _columns(level: RateLevel) -> list[Any]:
    """The same for all levels, so that they can be read as one list."""
    table = TABLES[level]
    return [
        literal(ORDER[level], Integer).label("place"),
        table.c.id,
        *(table.c[name] if name in table.c else cast(null(), RowKey).label(name) for name in OWNERS),
        table.c.rate_type,
        table.c.rate_amount,
        table.c.currency,
        table.c.effective_from,
        table.c.effective_until,
    ]


def _statements(level: RateLevel) -> _Statements:
    table, owned = TABLES[level], _owned(level)
    that_day = table.c.effective_from == bindparam("b_from")
    return _Statements(
        find=select(*_columns(level)).where(*owned).order_by(table.c.effective_from.desc()),
        add=insert(table),
        change=update(table)
        .where(*owned, that_day)
        .values(
            rate_type=bindparam("n_rate_type"),
            rate_amount=bindparam("n_rate_amount"),
            currency=bindparam("n_currency"),
            effective_until=bindparam("n_until"),
        ),
        remove=delete(table).where(*owned, that_day),
    )


_OF: Final = {level: _statements(level) for level in RateLevel}
_everything: Final = union_all(*(select(*_columns(level)) for level in RateLevel)).subquery()
_holding: Final = union_all(
    *(
        select(*_columns(level)).where(
            *_owned(level),
            TABLES[level].c.effective_from <= bindparam("b_day"),
            or_(
                TABLES[level].c.effective_until.is_(None),
                TABLES[level].c.effective_until >= bindparam("b_day"),
            ),
        )
        for level in RateLevel
    )
).subquery()
_HOLDING: Final = select(_holding).order_by(_holding.c.place, _holding.c.effective_from.desc()).limit(1)
_HOLDING_ON: Final = _HOLDING.add_columns(
    select(project_budgets.c.currency)
    .where(project_budgets.c.project_id == bindparam("b_project_id"))
    .scalar_subquery()
    .label("budget_currency")
)
_LATEST_FIRST: Final = (_everything.c.effective_from.desc(), _everything.c.place, _everything.c.id.desc())


def holding(conn: Connection, user_id: int, project_id: int | None, day: date) -> Found | None:
    """The one that holds that day, by the order of the levels. `project_id` None: for work in general."""
    asked = {"b_user_id": user_id, "b_project_id": project_id or 0, "b_day": day}
    row = conn.execute(_HOLDING, asked).first()
    return None if row is None else _found(row)


def holding_on(conn: Connection, user_id: int, project_id: int, day: date) -> tuple[Found | None, str | None]:
    """As `holding`, and the currency of that project's budget: None where there is no budget, or nothing holds."""
    asked = {"b_user_id": user_id, "b_project_id": project_id, "b_day": day}
    row = conn.execute(_HOLDING_ON, asked).first()
    return (None, None) if row is None else (_found(row), row.budget_currency)


def of_owner(conn: Connection, owner: Owner) -> list[DatedRate]:
    """Latest first."""
    return [_dated(row) for row in conn.execute(_OF[owner.level].find, _keys(owner, "b_"))]


def stored(conn: Connection, owner: Owner, since: date) -> StoredRate:
    """The one that begins that day, which must be there."""
    found = conn.execute(_OF[owner.level].find, _keys(owner, "b_"))
    return next(_stored(row) for row in found if row.effective_from == since)


def book(conn: Connection) -> Book:
    """All rates of all levels."""
    found: dict[Owner, list[DatedRate]] = defaultdict(list)
    for row in conn.execute(select(_everything).order_by(*_LATEST_FIRST)):
        each = _stored(row)
        found[each.owner].append(each.dated)
    return Book(dict(found))


def find(conn: Connection, level: RateLevel, rate_id: int) -> StoredRate | None:
    row = conn.execute(
        select(_everything).where(_everything.c.place == ORDER[level], _everything.c.id == rate_id)
    ).first()
    return None if row is None else _stored(row)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may not read all: their own rates, the organisation's and those of the projects of which they are a member.

    `leads`: in these also what is agreed with the members, there and in general.
    """

    user_id: int
    leads: bool


@dataclass(frozen=True, slots=True)
class RateQuestion:
    """None asks for any; `reader` None may read all. `after`: day, place of the level, and id of the last one before."""

    level: RateLevel | None
    user_id: int | None
    project_id: int | None
    reader: Reader | None
    after: tuple[date, int, int] | None
    limit: int


def page(conn: Connection, asked: RateQuestion) -> list[StoredRate]:
    """Latest day first, then by level."""
    question = select(_everything).order_by(*_LATEST_FIRST).limit(asked.limit)
    if asked.level is not None:
        question = question.where(_everything.c.place == ORDER[asked.level])
    if asked.user_id is not None:
        question = question.where(_everything.c.user_id == asked.user_id)
    if asked.project_id is not None:
        question = question.where(_everything.c.project_id == asked.project_id)
    if asked.reader is not None:
        question = question.where(_readable(asked.reader))
    if asked.after is not None:
        question = question.where(_after(*asked.after))
    return [_stored(row) for row in conn.execute(question)]


def save(conn: Connection, owner: Owner, before: Sequence[DatedRate], after: Sequence[DatedRate]) -> None:
    """Writes what differs."""
    statements, old = _OF[owner.level], {each.since: each for each in before}
    keys = _keys(owner, "b_")
    for since in old.keys() - {each.since for each in after}:
        conn.execute(statements.remove, {**keys, "b_from": since})
    for each in after:
        if each.since not in old:
            conn.execute(statements.add, _row(owner, each))
        elif each != old[each.since]:
            conn.execute(
                statements.change,
                {
                    **keys,
                    "b_from": each.since,
                    "n_rate_type": each.rate.rate_type,
                    "n_rate_amount": each.rate.rate_amount,
                    "n_currency": each.rate.currency,
                    "n_until": each.until,
                },
            )


def _readable(reader: Reader) -> Any:
    place, user_id, project_id = _everything.c.place, _everything.c.user_id, _everything.c.project_id
    projects = select(project_members.c.project_id).where(project_members.c.user_id == reader.user_id)
    people = select(project_members.c.user_id).where(project_members.c.project_id.in_(projects))
    known = [
        user_id == reader.user_id,
        place == ORDER[RateLevel.ORGANISATION],
        (place == ORDER[RateLevel.PROJECT]) & project_id.in_(projects),
    ]
    if reader.leads:
        known.append((place == ORDER[RateLevel.MEMBER]) & project_id.in_(projects))
        known.append((place == ORDER[RateLevel.USER]) & user_id.in_(people))
    return or_(*known)


def _after(day: date, place: int, rate_id: int) -> Any:
    same_day = _everything.c.effective_from == day
    same_place = _everything.c.place == place
    return or_(
        _everything.c.effective_from < day,
        same_day & (_everything.c.place > place),
        same_day & same_place & (_everything.c.id < rate_id),
    )


def _keys(owner: Owner, prefix: str = "") -> dict[str, int]:
    named = {"user_id": owner.user_id, "project_id": owner.project_id}
    table = TABLES[owner.level]
    return {
        f"{prefix}{name}": value for name, value in named.items() if name in table.c and value is not None
    }


def _row(owner: Owner, dated: DatedRate) -> dict[str, Any]:
    flag = {"is_active": True} if "is_active" in TABLES[owner.level].c else {}
    return {
        **_keys(owner),
        **flag,
        "rate_type": dated.rate.rate_type,
        "rate_amount": dated.rate.rate_amount,
        "currency": dated.rate.currency,
        "effective_from": dated.since,
        "effective_until": dated.until,
    }


def _stored(row: Any) -> StoredRate:
    return StoredRate(row.id, Owner(BY_ORDER[row.place], row.user_id, row.project_id), _dated(row))


def _found(row: Any) -> Found:
    dated = _dated(row)
    return Found(dated.rate, BY_ORDER[row.place], dated.since, dated.until)


def _dated(row: Any) -> DatedRate:
    rate = Rate(RateType(row.rate_type), row.rate_amount, row.currency)
    return DatedRate(rate, row.effective_from, row.effective_until)
