"""Does money come out of the database as it went in?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from server.db.blocking import Blocking
from server.db.session import Connection
from server.db.types import Money

prices = Table("prices", MetaData(), Column("id", Integer, primary_key=True), Column("amount", Money(14, 4)))
LARGEST = Decimal("9999999999.9999")
amounts = st.integers(-(10**14) + 1, 10**14 - 1).map(lambda units: Decimal(units).scaleb(-4))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocking]:
    path = tmp_path_factory.mktemp("money") / "money.sqlite3"
    database = Blocking.open(f"sqlite:///{path}")
    database.run(prices.metadata.create_all)
    yield database
    database.close()


def stored(database: Blocking, *values: Decimal | None) -> list[Decimal | None]:
    def work(conn: Connection) -> list[Decimal | None]:
        conn.execute(prices.delete())
        conn.execute(insert(prices), [{"amount": value} for value in values])
        return list(conn.execute(select(prices.c.amount).order_by(prices.c.id)).scalars())

    return database.run(work)


@pytest.mark.parametrize(
    "amount", [Decimal(0), Decimal("0.0001"), Decimal("-0.0001"), LARGEST, -LARGEST, Decimal("0.1"), None]
)
def test_exactly(database: Blocking, amount: Decimal | None) -> None:
    assert stored(database, amount) == [amount]


def test_it_has_its_four_places(database: Blocking) -> None:
    assert str(stored(database, Decimal(50))[0]) == "50.0000"


@given(st.lists(amounts, min_size=1, max_size=20))
def test_the_database_adds_up_exactly(database: Blocking, values: list[Decimal]) -> None:
    assert stored(database, *values) == values
    total = database.read(lambda conn: conn.execute(select(func.sum(prices.c.amount))).scalar_one())
    assert total == sum(values)


def test_it_is_a_whole_number_on_disk(database: Blocking) -> None:
    stored(database, LARGEST)
    kind, value = database.read(
        lambda conn: tuple(conn.exec_driver_sql("SELECT typeof(amount), amount FROM prices").one())
    )
    assert (kind, value) == ("integer", 99_999_999_999_999)


@pytest.mark.parametrize("amount", ["0.00001", "1.00005", "NaN", "Infinity"])
def test_what_would_be_rounded_or_is_no_number_is_refused(database: Blocking, amount: str) -> None:
    with pytest.raises(StatementError, match=r"places|not an amount"):
        stored(database, Decimal(amount))


def test_elsewhere_it_is_numeric() -> None:
    """The other databases keep decimals as they are; a value passes through with its places."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it unannotated
    column = Money(14, 4)
    assert column.load_dialect_impl(dialect).compile(dialect) == "NUMERIC(14, 4)"
    assert str(column.process_bind_param(Decimal("1.5"), dialect)) == "1.5000"
    assert column.process_result_value(Decimal("1.5000"), dialect) == Decimal("1.5")
    with pytest.raises(ValueError, match="places"):
        column.process_bind_param(Decimal("0.00001"), dialect)
