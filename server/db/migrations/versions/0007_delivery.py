"""Notifications on their way, webhooks, and who does the jobs."""

from __future__ import annotations

import secrets
from typing import Final

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcMillis

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _notifications()
    _deliveries()
    _webhooks()
    _leases()
    op.create_index("idempotency_replies_created_at_idx", "idempotency_replies", ["created_at"])
    meta = sa.table("server_meta", sa.column("key"), sa.column("value"))
    op.bulk_insert(meta, [{"key": "secret", "value": secrets.token_hex(32)}])


def downgrade() -> None:
    meta = sa.table("server_meta", sa.column("key"))
    op.execute(sa.delete(meta).where(meta.c.key == "secret"))
    op.drop_index("idempotency_replies_created_at_idx", "idempotency_replies")
    for name in ("leases", "webhooks", "deliveries", "notifications"):
        op.drop_table(name)


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("spread_at", UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="notifications_project_id_fk"),
        sa.PrimaryKeyConstraint("id", name="notifications_pk"),
        sa.UniqueConstraint("key", name="notifications_key_unique"),
    )
    op.create_index("notifications_spread_at_idx", "notifications", ["spread_at", "id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("notification_id", KEY, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcMillis(), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("settled_at", UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="deliveries_notification_id_fk"
        ),
        sa.PrimaryKeyConstraint("id", name="deliveries_pk"),
        sa.UniqueConstraint(
            "notification_id",
            "channel",
            "recipient_id",
            name="deliveries_notification_id_channel_recipient_id_unique",
        ),
    )
    op.create_index("deliveries_due_idx", "deliveries", ["state", "due_at"])
    op.create_index("deliveries_recipient_idx", "deliveries", ["channel", "recipient_id", "id"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("secret_check", sa.String(length=64), nullable=False),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("ended_at", UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="webhooks_created_by_fk"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="webhooks_project_id_fk"),
        sa.PrimaryKeyConstraint("id", name="webhooks_pk"),
    )
    op.create_index("webhooks_project_id_idx", "webhooks", ["project_id", "ended_at"])


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="leases_pk"),
    )
