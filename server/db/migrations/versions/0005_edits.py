"""Corrections of logged time, closed periods."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcMillis

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("is_deleted", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("issue_time_logs", column)
    for column in (
        sa.Column("manual_ms", UtcMillis(), nullable=True),
        sa.Column("is_edited", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("corrected_start_ms", UtcMillis(), nullable=True),
        sa.Column("authored_ms", UtcMillis(), nullable=True),
    ):
        op.add_column("claims", column)
    _log_edits()
    _closed_periods()
    _period_requests()


def downgrade() -> None:
    for name in ("period_requests", "closed_periods", "log_edits"):
        op.drop_table(name)
    for name in ("authored_ms", "corrected_start_ms", "is_edited", "manual_ms"):
        op.drop_column("claims", name)
    for name in ("is_deleted", "revision"):
        op.drop_column("issue_time_logs", name)


def _log_edits() -> None:
    op.create_table(
        "log_edits",
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("authored_ms", UtcMillis(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_billable", sa.Boolean(), nullable=True),
        sa.Column("bounds_json", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("admission", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="log_edits_user_id_fk"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="log_edits_author_id_fk"),
        sa.PrimaryKeyConstraint("action_id", name="log_edits_pk"),
        sqlite_with_rowid=False,
    )
    for name in ("timer_id", "user_id", "author_id"):
        op.create_index(f"log_edits_{name}_idx", "log_edits", [name])


def _closed_periods() -> None:
    op.create_table(
        "closed_periods",
        sa.Column("id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        sa.Column("from_ms", UtcMillis(), nullable=False),
        sa.Column("until_ms", UtcMillis(), nullable=False),
        sa.Column("closed_at", UtcMillis(), nullable=False),
        sa.Column("closed_by", KEY, nullable=False),
        sa.Column("reopened_at", UtcMillis(), nullable=True),
        sa.Column("reopened_by", KEY, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="closed_periods_project_id_fk"),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name="closed_periods_closed_by_fk"),
        sa.ForeignKeyConstraint(["reopened_by"], ["users.id"], name="closed_periods_reopened_by_fk"),
        sa.PrimaryKeyConstraint("id", name="closed_periods_pk"),
    )
    op.create_index("closed_periods_project_id_idx", "closed_periods", ["project_id"])
    op.create_index("closed_periods_reopened_at_until_ms_idx", "closed_periods", ["reopened_at", "until_ms"])


def _period_requests() -> None:
    op.create_table(
        "period_requests",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("issue_time_log_id", KEY, nullable=True),
        sa.Column("what_json", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("decided_at", UtcMillis(), nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="period_requests_user_id_fk"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="period_requests_project_id_fk"),
        sa.ForeignKeyConstraint(
            ["issue_time_log_id"], ["issue_time_logs.id"], name="period_requests_issue_time_log_id_fk"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="period_requests_decided_by_fk"),
        sa.PrimaryKeyConstraint("id", name="period_requests_pk"),
    )
    op.create_index("period_requests_user_id_idx", "period_requests", ["user_id"])
    op.create_index("period_requests_project_id_status_idx", "period_requests", ["project_id", "status"])
    op.create_index("period_requests_issue_time_log_id_idx", "period_requests", ["issue_time_log_id"])
