"""What did each device say, and what became of it?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from server.db.tables.company import metadata
from server.db.types import RowKey, UtcMillis

server_meta: Final = Table(
    "server_meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

devices: Final = Table(
    "devices",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("parent_device_id", String(36)),
    Column("name", String(200), nullable=False),
    Column("app_version", String(40), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("last_seen_at", UtcMillis, nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    # how far it has proved that the server was once; the same proof proves nothing twice
    Column("proven_seq", BigInteger, nullable=False, server_default="0"),
    Column("whole_in", String(36)),  # the epoch in which the server last had all that it recorded
    Index("devices_user_id_idx", "user_id"),
)

applied_actions: Final = Table(
    "applied_actions",
    metadata,
    Column("action_id", String(36), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("device_id", String(36)),  # null: made by the server for a request that came without a journal
    Column("kind", String(64), nullable=False),
    Column("v", Integer, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("payload", Text, nullable=False),  # the body as it came
    Column("outcome", String(10), nullable=False),
    Column("code", String(20)),
    Column("detail", Text),
    Column("time_log_id", ForeignKey("issue_time_logs.id")),
    Column("received_at", UtcMillis, nullable=False),
    Index("applied_actions_user_id_idx", "user_id"),
    sqlite_with_rowid=False,
)

dead_letters: Final = Table(
    "dead_letters",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("device_id", String(36)),
    Column("action_id", String(36), nullable=False),
    Column("code", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("received_at", UtcMillis, nullable=False),
    Column("resolved_at", UtcMillis),
    Index("dead_letters_user_id_idx", "user_id", "resolved_at"),
    Index("dead_letters_action_id_idx", "action_id"),
)

device_actions: Final = Table(
    "device_actions",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("action_id", String(36), nullable=False),
    Column("chain", String(64), nullable=False),
    Column("dead_letter_id", ForeignKey("dead_letters.id")),  # set when another action has this id
    Index("device_actions_action_id_idx", "action_id"),
    sqlite_with_rowid=False,
)

idempotency_replies: Final = Table(
    "idempotency_replies",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Index("idempotency_replies_created_at_idx", "created_at"),
)
