"""What holds for the whole organisation, and what was changed by whom?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from server.db.tables.company import metadata
from server.db.types import Money, RowKey, UtcMillis

time_tracking_settings: Final = Table(
    "time_tracking_settings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, number 1
    Column("default_hourly_rate", Money(10, 4)),  # null: none was agreed
    Column("default_minutely_rate", Money(10, 6)),
    Column("auto_pause_on_logout", Boolean, nullable=False),
    Column("max_concurrent_timers_per_user", Integer, nullable=False),
    Column("enable_budget_tracking", Boolean, nullable=False),
    Column("enable_budget_alerts", Boolean, nullable=False),
    Column("time_zone", String(64), nullable=False),  # IANA; in it a day begins and ends
    Column("currency", String(3), nullable=False),  # of the default rates
    Column("long_limit_hours", Integer, nullable=False),
    Column("late_limit_days", Integer, nullable=False),
    Column("warning_percent", Money(5, 2), nullable=False),  # of budgets that are made from now on
    Column("critical_percent", Money(5, 2), nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
)

audit_entries: Final = Table(
    "audit_entries",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),  # 1, 2, 3 … without gaps
    Column("at_ms", UtcMillis, nullable=False),
    Column("actor_user_id", ForeignKey("users.id")),  # null: the server itself
    Column("action", String(40), nullable=False),  # such as rate.set
    Column("subject_type", String(40), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("project_id", ForeignKey("projects.id")),
    Column("before_json", Text),
    Column("after_json", Text),
    Column("chain", String(64), nullable=False),  # over this entry and the chain of the one before
    Index("audit_entries_subject_idx", "subject_type", "subject_id"),
    Index("audit_entries_project_id_idx", "project_id", "seq"),
    Index("audit_entries_actor_user_id_idx", "actor_user_id", "seq"),
)

audit_head: Final = Table(
    "audit_head",
    metadata,
    Column(
        "id", Integer, primary_key=True, autoincrement=False
    ),  # one row, number 1: taken before an entry is added
    Column("seq", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
)
