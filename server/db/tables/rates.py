"""What does time cost by default, on a project, and for a person on a project; and what is one currency in another?"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table, UniqueConstraint

from server.db.tables.company import metadata
from server.db.types import Money, RowKey


def _rate() -> list[Column[Any]]:
    return [
        Column("rate_type", String(10), nullable=False),
        Column("rate_amount", Money(10, 4), nullable=False),
        Column("currency", String(3), nullable=False),
        Column("effective_from", Date, nullable=False),
        Column("effective_until", Date),  # the last day, itself included
    ]


organisation_rates: Final = Table(
    "organisation_rates",
    metadata,
    Column("id", RowKey, primary_key=True),
    *_rate(),
    UniqueConstraint("effective_from"),
)

project_rates: Final = Table(
    "project_rates",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    *_rate(),
    UniqueConstraint("project_id", "effective_from"),
)

project_member_rates: Final = Table(
    "project_member_rates",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    *_rate(),
    UniqueConstraint("project_id", "user_id", "effective_from"),
    Index("project_member_rates_user_id_idx", "user_id"),
)

exchange_rates: Final = Table(
    "exchange_rates",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("from_currency", String(3), nullable=False),
    Column("to_currency", String(3), nullable=False),
    Column("rate", Money(18, 8), nullable=False),
    Column("effective_from", Date, nullable=False),  # until the next later one
    UniqueConstraint("from_currency", "to_currency", "effective_from"),
)
