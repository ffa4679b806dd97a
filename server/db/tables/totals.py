"""What was worked each day, by whom and on which project? Sums of the logs, so that a report reads no log."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table

from server.db.tables.company import metadata
from server.db.types import Money

NO_CURRENCY: Final = ""  # a key has no nulls

daily_totals: Final = Table(
    "daily_totals",
    metadata,
    Column("day", Date, primary_key=True),  # on which the logs started, in the organisation's zone
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("project_id", ForeignKey("projects.id"), primary_key=True),
    Column("is_billable", Boolean, primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("converted_currency", String(3), primary_key=True),
    Column("logs", Integer, nullable=False),  # those that are not deleted
    Column("seconds", BigInteger, nullable=False),
    Column("cost", Money(22, 4), nullable=False),
    Column("converted_cost", Money(22, 4), nullable=False),  # in the converted currency
    Index("daily_totals_user_id_day_idx", "user_id", "day"),
    Index("daily_totals_project_id_day_idx", "project_id", "day"),
    sqlite_with_rowid=False,
)
