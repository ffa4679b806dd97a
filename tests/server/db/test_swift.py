"""Does a statement that is asked all the time answer as SQLAlchemy would?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import InvalidRequestError, StatementError
from sqlalchemy.pool import NullPool

from server.db.session import ConstraintBroken, StorageFailed, insert_row
from server.db.swift import MOST_IN, Swift
from server.db.types import Money

METADATA: Final = MetaData()
PAID: Final = Table(
    "paid",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("who", String(20), nullable=False, unique=True),
    Column("amount", Money()),
    Column("kind", String(20), default="usual"),
)
NAMED: Final = Table("named", METADATA, Column("name", String(20), primary_key=True), Column("size", Integer))
ADD: Final = insert(PAID)
ADD_WHOLE: Final = insert(PAID)
ALL: Final = select(PAID).order_by(PAID.c.id)
OF: Final = select(PAID.c.id, PAID.c.amount).where(PAID.c.who == bindparam("who"))
AMONG: Final = (
    select(PAID.c.who)
    .where(PAID.c.who.in_(bindparam("who", expanding=True)), PAID.c.id >= bindparam("first"))
    .order_by(PAID.c.who)
)
ANNAS: Final = select(PAID.c.amount).where(PAID.c.who == "anna", PAID.c.id < 100)
SET: Final = update(PAID).where(PAID.c.who == bindparam("b_who")).values(amount=bindparam("b_amount"))
FORGET: Final = delete(PAID).where(PAID.c.who.in_(bindparam("who", expanding=True)))
NAME: Final = insert(NAMED)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine(
        "sqlite://", poolclass=NullPool, connect_args={"isolation_level": None}, hide_parameters=True
    )
    yield made
    made.dispose()


def filled(conn: Connection) -> Connection:
    conn.begin()
    conn.exec_driver_sql("BEGIN")
    METADATA.create_all(conn)
    for who, amount in [("anna", Decimal("1.5")), ("ben", None), ("cleo", Decimal("0.0001"))]:
        conn.execute(ADD, {"who": who, "amount": amount})
    return conn


@pytest.fixture
def swift(engine: Engine) -> Iterator[Connection]:
    with filled(Swift(engine)) as conn:
        yield conn


@pytest.fixture
def usual(engine: Engine) -> Iterator[Connection]:
    with filled(engine.connect()) as conn:
        yield conn


def is_swift(result: Any) -> bool:
    return not isinstance(result, CursorResult)


def asked(conn: Connection, statement: Any, *given: Any) -> Any:
    """The third answer to it, when all has been prepared."""
    for _ in range(2):
        conn.execute(statement, *given)
    return conn.execute(statement, *given)


QUESTIONS: Final[list[tuple[Any, Any]]] = [
    (ALL, None),
    (OF, {"who": "anna"}),
    (OF, {"who": "nobody"}),
    (ANNAS, None),
    (ANNAS, {}),
    (AMONG, {"who": ["anna", "cleo"], "first": 1}),
    (AMONG, {"who": ["anna"], "first": 1}),
    (AMONG, {"who": [], "first": 1}),
    (AMONG, {"who": ("cleo", "anna", "ben"), "first": 2}),
    (select(func.count(), func.max(PAID.c.who).label("last")).select_from(PAID), None),
    (select(PAID.c.who, PAID.c.amount).limit(bindparam("limit")).order_by(PAID.c.who), {"limit": 2}),
]


@pytest.mark.parametrize(("statement", "given"), QUESTIONS)
def test_the_answer_is_the_same(swift: Connection, usual: Connection, statement: Any, given: Any) -> None:
    found, expected = asked(swift, statement, given), asked(usual, statement, given)
    assert is_swift(found)
    assert not is_swift(expected)
    rows = expected.all()
    found_rows = found.all()
    assert found_rows == rows
    assert [type(value) for row in found_rows for value in row] == [type(v) for row in rows for v in row]
    assert [row._asdict() for row in found_rows] == [row._asdict() for row in rows]
    assert asked(swift, statement, given).first() == asked(usual, statement, given).first()
    assert list(asked(swift, statement, given).scalars()) == list(asked(usual, statement, given).scalars())


def test_the_same_statement_with_other_values(swift: Connection) -> None:
    assert asked(swift, OF, {"who": "anna"}).one().amount == Decimal("1.5")
    assert swift.execute(OF, {"who": "cleo"}).one().amount == Decimal("0.0001")
    assert swift.execute(OF, {"who": "ben"}).one().amount is None
    assert swift.execute(AMONG, {"who": ["ben"], "first": 3}).all() == []


def test_a_long_list_goes_the_usual_way(swift: Connection) -> None:
    many = {"who": [f"person{number}" for number in range(MOST_IN)] + ["anna"], "first": 0}
    found = asked(swift, AMONG, many)
    assert not is_swift(found)
    assert found.scalars().all() == ["anna"]


def test_changes_are_counted(swift: Connection) -> None:
    for who, count in [("anna", 1), ("nobody", 0), ("ben", 1)]:
        result = asked(swift, SET, {"b_who": who, "b_amount": Decimal(7)})
        assert is_swift(result)
        assert result.rowcount == count
    assert swift.execute(ALL).scalars(2).all() == [Decimal(7), Decimal(7), Decimal("0.0001")]


def test_several_changes_in_one(swift: Connection) -> None:
    changes = [{"b_who": who, "b_amount": Decimal(9)} for who in ("anna", "ben", "nobody")]
    result = asked(swift, SET, changes)
    assert is_swift(result)
    assert result.rowcount == 2
    assert swift.execute(OF, {"who": "ben"}).one().amount == Decimal(9)


def test_several_that_are_not_alike_go_the_usual_way(swift: Connection) -> None:
    rows: list[list[dict[str, Any]]] = [
        [{"name": f"{number}a", "size": 1}, {"name": f"{number}b"}] for number in range(3)
    ]
    for each in rows:
        with pytest.raises(StatementError):
            swift.execute(NAME, each)


def test_deleting_by_a_list(swift: Connection) -> None:
    asked(swift, FORGET, {"who": ["nobody"]})
    result = swift.execute(FORGET, {"who": ["anna", "cleo", "nobody"]})
    assert result.rowcount == 2
    assert [row.who for row in swift.execute(ALL)] == ["ben"]


def test_a_new_row_has_the_id_that_it_was_given(swift: Connection) -> None:
    rows = [{"who": f"person{number}", "amount": None, "kind": "new"} for number in range(4)]
    assert [insert_row(swift, ADD_WHOLE, row) for row in rows] == [4, 5, 6, 7]


def test_a_row_that_brings_its_key_has_none_to_tell(swift: Connection) -> None:
    for number in range(3):
        result: Any = swift.execute(NAME, {"name": f"n{number}", "size": number})
    assert is_swift(result)
    assert result.rowcount == 1
    with pytest.raises(IndexError):
        insert_row(swift, NAME, {"name": "again", "size": 1})


def test_what_the_table_fills_in_goes_the_usual_way(swift: Connection) -> None:
    result = swift.execute(ADD, {"who": "dan", "amount": None})
    assert not is_swift(result)
    assert swift.execute(select(PAID.c.kind).where(PAID.c.who == "dan")).scalar() == "usual"


def test_a_key_that_is_taken_is_told_without_the_values(swift: Connection) -> None:
    asked(swift, SET, {"b_who": "anna", "b_amount": None})
    rename = update(PAID).where(PAID.c.who == bindparam("b_who")).values(who=bindparam("b_new"))
    asked(swift, rename, {"b_who": "nobody", "b_new": "secret"})
    with pytest.raises(ConstraintBroken) as told:
        swift.execute(rename, {"b_who": "ben", "b_new": "anna"})
    assert isinstance(told.value.orig, sqlite3.IntegrityError)
    assert told.value.orig.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE"
    assert "ben" not in str(told.value)
    assert told.value.params is None
    with pytest.raises(ConstraintBroken):
        swift.execute(rename, [{"b_who": "ben", "b_new": "anna"}])


def test_storage_that_fails_is_told_as_such(swift: Connection) -> None:
    asked(swift, ALL)
    asked(swift, SET, [{"b_who": "nobody", "b_amount": None}])
    swift.exec_driver_sql("DROP TABLE paid")
    with pytest.raises(StorageFailed):
        swift.execute(ALL)
    with pytest.raises(StorageFailed):
        swift.execute(SET, [{"b_who": "nobody", "b_amount": None}])


def test_an_amount_with_too_many_places_is_refused(swift: Connection) -> None:
    asked(swift, SET, {"b_who": "anna", "b_amount": Decimal(1)})
    too_fine = {"b_who": "anna", "b_amount": Decimal("0.00001")}
    for said in (too_fine, [too_fine]):
        with pytest.raises(StatementError, match="places"):
            swift.execute(SET, said)
    assert swift.execute(OF, {"who": "anna"}).scalars(1).one() == Decimal(1)


def test_a_value_that_is_missing_is_missed(swift: Connection) -> None:
    asked(swift, OF, {"who": "anna"})
    with pytest.raises((InvalidRequestError, StatementError)):
        swift.execute(OF, {})
    with pytest.raises((InvalidRequestError, StatementError)):
        swift.execute(AMONG, {"first": 1})


def test_whoever_listens_hears_all_of_it(swift: Connection) -> None:
    asked(swift, OF, {"who": "anna"})
    heard: list[str] = []

    def hear(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    event.listen(swift, "before_cursor_execute", hear)
    assert swift.execute(OF, {"who": "anna"}).one().id == 1
    assert len(heard) == 1


def test_words_and_columns_of_one_name_go_the_usual_way(swift: Connection) -> None:
    assert not is_swift(asked(swift, text("SELECT 1")))
    twice = select(PAID.c.id, NAMED.c.size.label("id")).join_from(
        PAID, NAMED, PAID.c.id == NAMED.c.size, isouter=True
    )
    assert not is_swift(asked(swift, twice))


def test_pairs_in_a_list(swift: Connection) -> None:
    pairs = select(PAID.c.id).where(tuple_(PAID.c.who, PAID.c.id).in_(bindparam("pairs", expanding=True)))
    assert asked(swift, pairs, {"pairs": [("anna", 1), ("ben", 1)]}).scalars().all() == [1]
    assert asked(swift, pairs, {"pairs": [("ben", 2), ("cleo", 3)]}).scalars().all() == [2, 3]


def test_statements_that_are_made_anew_are_not_kept(engine: Engine) -> None:
    with filled(Swift(engine)) as conn:
        assert isinstance(conn, Swift)
        for number in range(50):
            conn.execute(select(PAID).where(PAID.c.id == number))
        assert len(conn._met) < 50
        assert len(conn._known) < 50
