"""What has still to be sent to whom, and which instance does it?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from server.db.tables.company import metadata
from server.db.types import RowKey, UtcMillis

notifications: Final = Table(
    "notifications",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # the same thing is told once
    Column("kind", String(40), nullable=False),  # such as budget.alert
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("payload", Text, nullable=False),  # JSON
    Column("created_at", UtcMillis, nullable=False),
    Column("spread_at", UtcMillis),  # when its deliveries were made out; null: not yet
    Index("notifications_spread_at_idx", "spread_at", "id"),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("notification_id", ForeignKey("notifications.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("recipient_id", BigInteger, nullable=False),  # of the user or the webhook
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcMillis, nullable=False),
    Column("last_error", String(200)),
    Column("created_at", UtcMillis, nullable=False),
    Column("settled_at", UtcMillis),  # when it was sent, given up or cancelled
    UniqueConstraint("notification_id", "channel", "recipient_id"),
    Index("deliveries_due_idx", "state", "due_at"),
    Index("deliveries_recipient_idx", "channel", "recipient_id", "id"),
)

webhooks: Final = Table(
    "webhooks",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("project_id", ForeignKey("projects.id")),  # null: all projects
    Column("url", String(2000), nullable=False),
    Column("salt", String(64), nullable=False),  # of its secret, which is stored nowhere
    Column("secret_check", String(64), nullable=False),  # SHA-256 of the secret, hex
    Column("created_by", ForeignKey("users.id"), nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("ended_at", UtcMillis),  # null: it is called
    Index("webhooks_project_id_idx", "project_id", "ended_at"),
)

leases: Final = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(64), nullable=False),  # empty: nobody
    Column("beat", BigInteger, nullable=False),  # moves while the holder lives
)
