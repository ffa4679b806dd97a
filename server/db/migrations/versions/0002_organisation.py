"""Settings of the organisation and the audit trail."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from alembic import op

from server.db.types import Money, UtcMillis

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST_CHAIN: Final = "0" * 64


def upgrade() -> None:
    _settings()
    _audit()


def downgrade() -> None:
    for name in ("audit_head", "audit_entries", "time_tracking_settings"):
        op.drop_table(name)


def _settings() -> None:
    settings = op.create_table(
        "time_tracking_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("default_hourly_rate", Money(precision=10, scale=4), nullable=True),
        sa.Column("default_minutely_rate", Money(precision=10, scale=6), nullable=True),
        sa.Column("auto_pause_on_logout", sa.Boolean(), nullable=False),
        sa.Column("max_concurrent_timers_per_user", sa.Integer(), nullable=False),
        sa.Column("enable_budget_tracking", sa.Boolean(), nullable=False),
        sa.Column("enable_budget_alerts", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("long_limit_hours", sa.Integer(), nullable=False),
        sa.Column("late_limit_days", sa.Integer(), nullable=False),
        sa.Column("warning_percent", Money(precision=5, scale=2), nullable=False),
        sa.Column("critical_percent", Money(precision=5, scale=2), nullable=False),
        sa.Column("updated_at", UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="time_tracking_settings_pk"),
    )
    op.bulk_insert(
        settings,
        [
            {
                "id": 1,
                "default_hourly_rate": None,
                "default_minutely_rate": None,
                "auto_pause_on_logout": False,
                "max_concurrent_timers_per_user": 1,
                "enable_budget_tracking": True,
                "enable_budget_alerts": True,
                "time_zone": "UTC",
                "currency": "USD",
                "long_limit_hours": 16,
                "late_limit_days": 35,
                "warning_percent": Decimal(80),
                "critical_percent": Decimal(95),
                "updated_at": 0,
            }
        ],
    )


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", UtcMillis(), nullable=False),
        sa.Column("actor_user_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("before_json", sa.Text(), nullable=True),
        sa.Column("after_json", sa.Text(), nullable=True),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_user_id"], ["users.id"], name="audit_entries_actor_user_id_fk"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="audit_entries_project_id_fk"),
        sa.PrimaryKeyConstraint("id", name="audit_entries_pk"),
        sa.UniqueConstraint("seq", name="audit_entries_seq_unique"),
    )
    op.create_index("audit_entries_subject_idx", "audit_entries", ["subject_type", "subject_id"])
    op.create_index("audit_entries_project_id_idx", "audit_entries", ["project_id", "seq"])
    op.create_index("audit_entries_actor_user_id_idx", "audit_entries", ["actor_user_id", "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_head_pk"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "chain": FIRST_CHAIN}])
