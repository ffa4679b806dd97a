"""What was worked: the facts as devices reported them, and what counts of them?

`claims` and `claim_ends` are facts. `segments`, the figures of `issue_time_logs`, `active_timers` and the columns of
`claims` named below are derived from them, in the same transaction.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from server.db.tables.company import metadata
from server.db.types import Money, RowKey, UtcMillis

issue_time_logs: Final = Table(
    "issue_time_logs",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("timer_id", String(36), nullable=False, unique=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("status", String(10), nullable=False),
    Column("start_time", UtcMillis, nullable=False),
    Column("start_day", Date, nullable=False),  # the organisation's, when it started
    Column("end_time", UtcMillis),
    Column("paused_at", UtcMillis),
    Column("resumed_at", UtcMillis),
    Column("duration_seconds", Integer, nullable=False),
    Column("user_rate_type", String(10)),
    Column("user_rate_amount", Money(10, 4)),
    Column("rate_source", String(12)),  # whose rate it was; null: there was none
    Column("rate_since", Date),
    Column("total_cost", Money(18, 4), nullable=False),
    Column("currency", String(3)),
    Column(
        "exchange_rate", Money(18, 8)
    ),  # into the budget's currency; null: none was needed, or none is known
    Column("exchange_since", Date),
    Column("converted_currency", String(3)),
    Column("converted_cost", Money(18, 4)),
    Column("description", Text),
    Column("is_billable", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),  # 1, and one more with each correction
    Column("is_deleted", Boolean, nullable=False),
    # its user's revision when something of it changed last that a device shows
    Column("changed_in", BigInteger, nullable=False, server_default="0"),
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
    Index("issue_time_logs_user_id_idx", "user_id"),
    Index("issue_time_logs_project_id_idx", "project_id"),
    Index("issue_time_logs_issue_id_idx", "issue_id"),
    Index("issue_time_logs_created_at_idx", "created_at"),
    Index("issue_time_logs_status_idx", "status"),
    Index("issue_time_logs_is_billable_idx", "is_billable"),
    Index("issue_time_logs_user_issue", "user_id", "issue_id"),
    Index("issue_time_logs_project_date", "project_id", "created_at"),
    Index("issue_time_logs_billable_status", "is_billable", "status"),
    Index("issue_time_logs_user_start_idx", "user_id", "start_time", "id"),
    Index("issue_time_logs_user_changed_idx", "user_id", "changed_in", "id", "start_time"),
    Index("issue_time_logs_project_start_idx", "project_id", "start_time", "id"),
    Index("issue_time_logs_issue_start_idx", "issue_id", "start_time", "id"),
    Index("issue_time_logs_start_idx", "start_time", "id"),
    Index("issue_time_logs_status_start_idx", "status", "start_time", "id"),
    Index("issue_time_logs_billable_start_idx", "is_billable", "start_time", "id"),
)

claims: Final = Table(
    "claims",
    metadata,
    Column("claim_id", String(36), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("timer_id", String(36), nullable=False),
    Column("action_id", String(36), nullable=False),  # the start or resume that opened it
    Column("is_first", Boolean, nullable=False),  # opened by a start
    Column("device_id", String(36)),
    Column("named_issue_id", BigInteger),  # as the device said, also when there is no such issue
    Column("time_log_id", ForeignKey("issue_time_logs.id")),  # null: no issue that this user may see
    Column("start_ms", UtcMillis, nullable=False),
    Column("quality", String(1)),  # how well its start is known; null: nobody asked yet when it came
    Column("clock", String(32)),  # by which monotonic clock, and when that showed 0; null: by none
    Column("mono0_s", BigInteger),
    Column("admission", String(20)),  # why it was held when it came
    Column("manual_ms", UtcMillis),  # when it was entered by hand; null: a timer ran
    Column("is_edited", Boolean, nullable=False),  # its log was corrected; derived, as all below
    Column("corrected_start_ms", UtcMillis),  # null: at its own start
    Column("authored_ms", UtcMillis),  # when it was entered or corrected by hand; null: at its start
    Column("first_end_ms", UtcMillis),
    Column("last_end_ms", UtcMillis),
    Column("provisional_end_ms", UtcMillis),  # of an open claim: where a later one begins
    Column("span_end_ms", UtcMillis, nullable=False),  # last end, or far away while open
    Column("hold_code", String(20)),  # why none of it counts
    Column("attention_code", String(20)),  # what its user should know
    Column("attention_action_id", String(36)),
    Column("proposed_end_ms", UtcMillis),  # where it may have ended
    Index("claims_user_id_span_end_ms_idx", "user_id", "span_end_ms"),
    Index("claims_user_id_attention_code_idx", "user_id", "attention_code"),
    Index("claims_timer_id_idx", "timer_id"),
    sqlite_with_rowid=False,
)

claim_ends: Final = Table(
    "claim_ends",
    metadata,
    Column("action_id", String(36), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("timer_id", String(36), nullable=False),
    Column("claim_id", String(36)),  # null: the stop of a paused timer. May come before its claim
    Column("kind", String(20), nullable=False),
    Column("at_ms", UtcMillis, nullable=False),
    Column("cause", String(20), nullable=False),
    Column("quality", String(1)),  # as of claims
    Column("admission", String(20)),
    Column("description", Text),
    Index("claim_ends_claim_id_idx", "claim_id"),
    Index("claim_ends_timer_id_idx", "timer_id"),
    Index("claim_ends_user_id_at_ms_idx", "user_id", "at_ms"),
    sqlite_with_rowid=False,
)

segments: Final = Table(
    "segments",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("time_log_id", ForeignKey("issue_time_logs.id"), nullable=False),
    Column("claim_id", ForeignKey("claims.claim_id"), nullable=False),
    Column("start_ms", UtcMillis, nullable=False),
    Column("end_ms", UtcMillis, nullable=False),
    Index("segments_user_id_end_ms_idx", "user_id", "end_ms"),
    Index("segments_time_log_id_idx", "time_log_id"),
    Index("segments_claim_id_idx", "claim_id"),
)

active_timers: Final = Table(
    "active_timers",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("timer_id", String(36), nullable=False),
    Column("claim_id", String(36)),  # the open claim; null while paused
    Column("issue_time_log_id", ForeignKey("issue_time_logs.id")),
    Column("issue_id", ForeignKey("issues.id")),
    Column("project_id", ForeignKey("projects.id")),
    Column("named_issue_id", BigInteger),
    Column("started_at", UtcMillis, nullable=False),
    Column("running_since", UtcMillis),  # counted seconds: closed_seconds, and since here while running
    Column("paused_at", UtcMillis),
    Column("closed_seconds", Integer, nullable=False),
    Column("rate_type", String(10)),
    Column("rate_amount", Money(10, 4)),
    Column("currency", String(3)),
    Column("exchange_rate", Money(18, 8)),
    Column("converted_currency", String(3)),
    Column("logged_cost", Money(18, 4), nullable=False),  # what the budget holds already
    Column("hold_code", String(20)),
    Column("last_heartbeat", UtcMillis, nullable=False),
    Index("active_timers_user_id_unique", "user_id", "slot", unique=True),
    Index("active_timers_issue_time_log_id_idx", "issue_time_log_id"),
    Index("active_timers_last_heartbeat_idx", "last_heartbeat"),
    Index("active_timers_project_id_idx", "project_id"),
)
