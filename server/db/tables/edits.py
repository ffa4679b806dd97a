"""Which corrections of logged time were made, and when may none be made?

`log_edits` are facts, as `claims` are: none is ever changed or removed.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from server.db.tables.company import metadata
from server.db.types import RowKey, UtcMillis

log_edits: Final = Table(
    "log_edits",
    metadata,
    Column("action_id", String(36), primary_key=True),
    Column("timer_id", String(36), nullable=False),  # may come before its timer
    Column("user_id", ForeignKey("users.id"), nullable=False),  # whose time it is
    Column("author_id", ForeignKey("users.id"), nullable=False),
    Column("way", String(10), nullable=False),
    Column("authored_ms", UtcMillis, nullable=False),
    Column("base_revision", Integer, nullable=False),
    Column("issue_id", BigInteger),  # as it was said; null, as in all below: left as it is
    Column("description", Text),
    Column("is_billable", Boolean),
    Column("bounds_json", Text),  # by claim: where it begins and ends
    Column("reason", Text),
    Column("admission", String(20)),  # why it is kept and changes nothing
    Column("settles", String(36)),  # what it decides
    Index("log_edits_timer_id_idx", "timer_id"),
    Index("log_edits_user_id_idx", "user_id"),
    Index("log_edits_author_id_idx", "author_id"),
    sqlite_with_rowid=False,
)

closed_periods: Final = Table(
    "closed_periods",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("project_id", ForeignKey("projects.id")),  # null: of the whole organisation
    Column("from_date", Date, nullable=False),
    Column("until_date", Date, nullable=False),  # the last day, itself included
    Column("from_ms", UtcMillis, nullable=False),  # in the organisation's zone when it was closed
    Column("until_ms", UtcMillis, nullable=False),  # the first instant after it
    Column("closed_at", UtcMillis, nullable=False),
    Column("closed_by", ForeignKey("users.id"), nullable=False),
    Column("reopened_at", UtcMillis),
    Column("reopened_by", ForeignKey("users.id")),
    Index("closed_periods_project_id_idx", "project_id"),
    Index("closed_periods_reopened_at_until_ms_idx", "reopened_at", "until_ms"),
)

period_requests: Final = Table(
    "period_requests",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),  # who asks
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column(
        "issue_time_log_id", ForeignKey("issue_time_logs.id")
    ),  # null until a log that is to be added is there
    Column("what_json", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", String(10), nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("decided_at", UtcMillis),
    Column("decided_by", ForeignKey("users.id")),
    Column("decision", Text),  # in words
    Index("period_requests_user_id_idx", "user_id"),
    Index("period_requests_project_id_status_idx", "project_id", "status"),
    Index("period_requests_issue_time_log_id_idx", "issue_time_log_id"),
)
