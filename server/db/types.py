"""How do money and instants lie in a column?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, Numeric
from sqlalchemy.types import TypeDecorator, TypeEngine

from server.domain.money import from_units, to_units

SQLITE: Final = "sqlite"
RowKey: Final = BigInteger().with_variant(Integer(), SQLITE)  # SQLite numbers rows only in an INTEGER key


class Money(TypeDecorator[Decimal]):
    """Exact decimals. SQLite would keep NUMERIC as a float, so there it is a whole number of 10^-scale."""

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int = 14, scale: int = 4) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == SQLITE:
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """ValueError for an amount with more places than the column has: it is never rounded silently."""
        if value is None:
            return None
        units = to_units(value, self.scale)
        return units if dialect.name == SQLITE else from_units(units, self.scale)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None or dialect.name != SQLITE:
            return value  # type: ignore[no-any-return]  # Numeric gives Decimal
        return from_units(value, self.scale)


class UtcMillis(TypeDecorator[int]):
    """An instant: milliseconds since 1970 UTC, the same on every database."""

    impl = BigInteger
    cache_ok = True
