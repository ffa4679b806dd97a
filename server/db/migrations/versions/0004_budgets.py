"""Budgets with two thresholds, alerts, and what happens at the limit."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from server.db.types import SQLITE, Money, UtcMillis

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ALERT_TYPES: Final = ("warning", "critical", "exceeded")


def upgrade() -> None:
    _columns()
    _thresholds()
    _alerts()


def downgrade() -> None:
    op.drop_table("budget_alerts")
    op.drop_table("budget_thresholds")
    with op.batch_alter_table("project_budgets") as batch:
        batch.drop_column("at_limit")
        batch.drop_column("critical_threshold")


def _columns() -> None:
    is_sqlite = op.get_bind().dialect.name == SQLITE
    default = sa.text("9500" if is_sqlite else "95")  # money is a whole number of its last place there
    op.add_column(
        "project_budgets",
        sa.Column("critical_threshold", Money(precision=5, scale=2), nullable=False, server_default=default),
    )
    op.add_column(
        "project_budgets",
        sa.Column("at_limit", sa.String(length=20), nullable=False, server_default="inform"),
    )
    budgets = sa.table(
        "project_budgets",
        sa.column("alert_threshold", Money(5, 2)),
        sa.column("critical_threshold", Money(5, 2)),
    )
    op.execute(
        sa.update(budgets)
        .where(budgets.c.alert_threshold > budgets.c.critical_threshold)
        .values(critical_threshold=budgets.c.alert_threshold)
    )


def _thresholds() -> None:
    thresholds = op.create_table(
        "budget_thresholds",
        sa.Column("project_budget_id", KEY, nullable=False),
        sa.Column("alert_type", sa.String(length=10), nullable=False),
        sa.Column("is_armed", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_budget_id"], ["project_budgets.id"], name="budget_thresholds_project_budget_id_fk"
        ),
        sa.PrimaryKeyConstraint("project_budget_id", "alert_type", name="budget_thresholds_pk"),
    )
    op.create_index("budget_thresholds_is_armed_idx", "budget_thresholds", ["is_armed"])
    budgets = sa.table("project_budgets", sa.column("id"))
    for alert_type in ALERT_TYPES:
        armed = sa.select(budgets.c.id, sa.literal(alert_type), sa.true(), sa.literal(1))
        op.execute(sa.insert(thresholds).from_select(list(thresholds.c.keys()), armed))


def _alerts() -> None:
    op.create_table(
        "budget_alerts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("project_budget_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("alert_type", sa.String(length=10), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("threshold_percentage", Money(precision=5, scale=2), nullable=False),
        sa.Column("actual_percentage", Money(precision=18, scale=2), nullable=False),
        sa.Column("cost_at_alert", Money(precision=22, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_acknowledged", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_by_user_id", KEY, nullable=True),
        sa.Column("acknowledged_at", UtcMillis(), nullable=True),
        sa.Column("created_at", UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_budget_id"], ["project_budgets.id"], name="budget_alerts_project_budget_id_fk"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="budget_alerts_project_id_fk"),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_user_id"], ["users.id"], name="budget_alerts_acknowledged_by_user_id_fk"
        ),
        sa.PrimaryKeyConstraint("id", name="budget_alerts_pk"),
        sa.UniqueConstraint(
            "project_budget_id",
            "alert_type",
            "generation",
            name="budget_alerts_project_budget_id_alert_type_generation_unique",
        ),
    )
    op.create_index("budget_alerts_project_id_idx", "budget_alerts", ["project_id", "id"])
    op.create_index(
        "budget_alerts_is_acknowledged_idx", "budget_alerts", ["is_acknowledged", "project_id", "id"]
    )
