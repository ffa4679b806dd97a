"""Lay out a company's database."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from server.db.types import Money, UtcMillis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _projects()
    _server_meta()
    _users()
    _claim_ends()
    _dead_letters()
    _device_tokens()
    _devices()
    _idempotency_replies()
    _issues()
    _project_budgets()
    _project_members()
    _user_rates()
    _device_actions()
    _issue_time_logs()
    _active_timers()
    _applied_actions()
    _claims()
    _segments()
    _identity()


def downgrade() -> None:
    for name in (
        "segments",
        "claims",
        "applied_actions",
        "active_timers",
        "issue_time_logs",
        "device_actions",
        "user_rates",
        "project_members",
        "project_budgets",
        "issues",
        "idempotency_replies",
        "devices",
        "device_tokens",
        "dead_letters",
        "claim_ends",
        "users",
        "server_meta",
        "projects",
    ):
        op.drop_table(name)


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("updated_at", UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="projects_pk"),
        sa.UniqueConstraint("key", name="projects_key_unique"),
    )


def _server_meta() -> None:
    op.create_table(
        "server_meta",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="server_meta_pk"),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("updated_at", UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="users_pk"),
        sa.UniqueConstraint("email", name="users_email_unique"),
    )


def _claim_ends() -> None:
    op.create_table(
        "claim_ends",
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at_ms", UtcMillis(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("admission", sa.String(length=20), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="claim_ends_user_id_fk"),
        sa.PrimaryKeyConstraint("action_id", name="claim_ends_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("claim_ends_claim_id_idx", "claim_ends", ["claim_id"], unique=False)
    op.create_index("claim_ends_timer_id_idx", "claim_ends", ["timer_id"], unique=False)
    op.create_index("claim_ends_user_id_at_ms_idx", "claim_ends", ["user_id", "at_ms"], unique=False)


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("received_at", UtcMillis(), nullable=False),
        sa.Column("resolved_at", UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="dead_letters_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="dead_letters_pk"),
    )
    op.create_index("dead_letters_action_id_idx", "dead_letters", ["action_id"], unique=False)
    op.create_index("dead_letters_user_id_idx", "dead_letters", ["user_id", "resolved_at"], unique=False)


def _device_tokens() -> None:
    op.create_table(
        "device_tokens",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("device_name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("expires_at", UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="device_tokens_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="device_tokens_pk"),
        sa.UniqueConstraint("token_hash", name="device_tokens_token_hash_unique"),
        sa.UniqueConstraint("user_id", "device_id", name="device_tokens_user_id_device_id_unique"),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("parent_device_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("app_version", sa.String(length=40), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("last_seen_at", UtcMillis(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="devices_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="devices_pk"),
    )
    op.create_index("devices_user_id_idx", "devices", ["user_id"], unique=False)


def _idempotency_replies() -> None:
    op.create_table(
        "idempotency_replies",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="idempotency_replies_user_id_fk"),
        sa.PrimaryKeyConstraint("user_id", "key", name="idempotency_replies_pk"),
    )


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("updated_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="issues_project_id_fk"),
        sa.PrimaryKeyConstraint("id", name="issues_pk"),
        sa.UniqueConstraint("key", name="issues_key_unique"),
    )
    op.create_index("issues_project_id_idx", "issues", ["project_id"], unique=False)
    op.create_index("issues_updated_at_idx", "issues", ["updated_at", "id"], unique=False)


def _project_budgets() -> None:
    op.create_table(
        "project_budgets",
        sa.Column("id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("total_budget", Money(precision=14, scale=4), nullable=False),
        sa.Column("allocated_budget", Money(precision=14, scale=4), nullable=False),
        sa.Column("total_cost", Money(precision=14, scale=4), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("alert_threshold", Money(precision=5, scale=2), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("locked_at", UtcMillis(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("updated_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="project_budgets_project_id_fk"),
        sa.PrimaryKeyConstraint("id", name="project_budgets_pk"),
    )
    op.create_index("project_budgets_project_id_unique", "project_budgets", ["project_id"], unique=True)
    op.create_index("project_budgets_status_idx", "project_budgets", ["status"], unique=False)


def _project_members() -> None:
    op.create_table(
        "project_members",
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="project_members_project_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="project_members_user_id_fk"),
        sa.PrimaryKeyConstraint("project_id", "user_id", name="project_members_pk"),
    )
    op.create_index("project_members_user_id_idx", "project_members", ["user_id"], unique=False)


def _user_rates() -> None:
    op.create_table(
        "user_rates",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("rate_type", sa.String(length=10), nullable=False),
        sa.Column("rate_amount", Money(precision=10, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="user_rates_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="user_rates_pk"),
        sa.UniqueConstraint("user_id", "effective_from", name="user_rates_user_id_effective_from_unique"),
    )
    op.create_index("user_rates_user_id_idx", "user_rates", ["user_id"], unique=False)


def _device_actions() -> None:
    op.create_table(
        "device_actions",
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("dead_letter_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["dead_letter_id"], ["dead_letters.id"], name="device_actions_dead_letter_id_fk"
        ),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="device_actions_device_id_fk"),
        sa.PrimaryKeyConstraint("device_id", "seq", name="device_actions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("device_actions_action_id_idx", "device_actions", ["action_id"], unique=False)


def _issue_time_logs() -> None:
    op.create_table(
        "issue_time_logs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("issue_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("start_time", UtcMillis(), nullable=False),
        sa.Column("end_time", UtcMillis(), nullable=True),
        sa.Column("paused_at", UtcMillis(), nullable=True),
        sa.Column("resumed_at", UtcMillis(), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("user_rate_type", sa.String(length=10), nullable=True),
        sa.Column("user_rate_amount", Money(precision=10, scale=4), nullable=True),
        sa.Column("total_cost", Money(precision=14, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_billable", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.Column("updated_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="issue_time_logs_issue_id_fk"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="issue_time_logs_project_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="issue_time_logs_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="issue_time_logs_pk"),
        sa.UniqueConstraint("timer_id", name="issue_time_logs_timer_id_unique"),
    )
    op.create_index(
        "issue_time_logs_billable_status", "issue_time_logs", ["is_billable", "status"], unique=False
    )
    op.create_index("issue_time_logs_created_at_idx", "issue_time_logs", ["created_at"], unique=False)
    op.create_index("issue_time_logs_is_billable_idx", "issue_time_logs", ["is_billable"], unique=False)
    op.create_index("issue_time_logs_issue_id_idx", "issue_time_logs", ["issue_id"], unique=False)
    op.create_index(
        "issue_time_logs_project_date", "issue_time_logs", ["project_id", "created_at"], unique=False
    )
    op.create_index("issue_time_logs_project_id_idx", "issue_time_logs", ["project_id"], unique=False)
    op.create_index("issue_time_logs_status_idx", "issue_time_logs", ["status"], unique=False)
    op.create_index("issue_time_logs_user_id_idx", "issue_time_logs", ["user_id"], unique=False)
    op.create_index("issue_time_logs_user_issue", "issue_time_logs", ["user_id", "issue_id"], unique=False)
    op.create_index(
        "issue_time_logs_user_start_idx", "issue_time_logs", ["user_id", "start_time", "id"], unique=False
    )


def _active_timers() -> None:
    op.create_table(
        "active_timers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.String(length=36), nullable=True),
        sa.Column("issue_time_log_id", KEY, nullable=True),
        sa.Column("issue_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("named_issue_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", UtcMillis(), nullable=False),
        sa.Column("running_since", UtcMillis(), nullable=True),
        sa.Column("paused_at", UtcMillis(), nullable=True),
        sa.Column("closed_seconds", sa.Integer(), nullable=False),
        sa.Column("rate_type", sa.String(length=10), nullable=True),
        sa.Column("rate_amount", Money(precision=10, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("logged_cost", Money(precision=14, scale=4), nullable=False),
        sa.Column("hold_code", sa.String(length=20), nullable=True),
        sa.Column("last_heartbeat", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="active_timers_issue_id_fk"),
        sa.ForeignKeyConstraint(
            ["issue_time_log_id"], ["issue_time_logs.id"], name="active_timers_issue_time_log_id_fk"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="active_timers_project_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="active_timers_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="active_timers_pk"),
    )
    op.create_index(
        "active_timers_issue_time_log_id_idx", "active_timers", ["issue_time_log_id"], unique=False
    )
    op.create_index("active_timers_last_heartbeat_idx", "active_timers", ["last_heartbeat"], unique=False)
    op.create_index("active_timers_project_id_idx", "active_timers", ["project_id"], unique=False)
    op.create_index("active_timers_user_id_unique", "active_timers", ["user_id", "slot"], unique=True)


def _applied_actions() -> None:
    op.create_table(
        "applied_actions",
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("time_log_id", KEY, nullable=True),
        sa.Column("received_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["time_log_id"], ["issue_time_logs.id"], name="applied_actions_time_log_id_fk"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="applied_actions_user_id_fk"),
        sa.PrimaryKeyConstraint("action_id", name="applied_actions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("applied_actions_user_id_idx", "applied_actions", ["user_id"], unique=False)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("claim_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("named_issue_id", sa.BigInteger(), nullable=True),
        sa.Column("time_log_id", KEY, nullable=True),
        sa.Column("start_ms", UtcMillis(), nullable=False),
        sa.Column("admission", sa.String(length=20), nullable=True),
        sa.Column("first_end_ms", UtcMillis(), nullable=True),
        sa.Column("last_end_ms", UtcMillis(), nullable=True),
        sa.Column("provisional_end_ms", UtcMillis(), nullable=True),
        sa.Column("span_end_ms", UtcMillis(), nullable=False),
        sa.Column("hold_code", sa.String(length=20), nullable=True),
        sa.Column("attention_code", sa.String(length=20), nullable=True),
        sa.Column("attention_action_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["time_log_id"], ["issue_time_logs.id"], name="claims_time_log_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="claims_user_id_fk"),
        sa.PrimaryKeyConstraint("claim_id", name="claims_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("claims_timer_id_idx", "claims", ["timer_id"], unique=False)
    op.create_index(
        "claims_user_id_attention_code_idx", "claims", ["user_id", "attention_code"], unique=False
    )
    op.create_index("claims_user_id_span_end_ms_idx", "claims", ["user_id", "span_end_ms"], unique=False)


def _segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("time_log_id", KEY, nullable=False),
        sa.Column("claim_id", sa.String(length=36), nullable=False),
        sa.Column("start_ms", UtcMillis(), nullable=False),
        sa.Column("end_ms", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.claim_id"], name="segments_claim_id_fk"),
        sa.ForeignKeyConstraint(["time_log_id"], ["issue_time_logs.id"], name="segments_time_log_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="segments_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="segments_pk"),
    )
    op.create_index("segments_claim_id_idx", "segments", ["claim_id"], unique=False)
    op.create_index("segments_time_log_id_idx", "segments", ["time_log_id"], unique=False)
    op.create_index("segments_user_id_end_ms_idx", "segments", ["user_id", "end_ms"], unique=False)


def _identity() -> None:
    meta = sa.table("server_meta", sa.column("key"), sa.column("value"))
    op.bulk_insert(
        meta,
        [
            {"key": "server_id", "value": str(uuid4())},
            {"key": "epoch", "value": str(uuid4())},
            {"key": "name", "value": "Hourkeep"},
        ],
    )
