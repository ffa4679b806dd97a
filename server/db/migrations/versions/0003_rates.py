"""Rates of projects, members and the organisation; exchange rates; where a log's rate comes from."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from server.db.types import Money

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD_DIGITS: Final = 14
COSTS: Final = (
    ("issue_time_logs", "total_cost", 18),
    ("active_timers", "logged_cost", 18),
    ("project_budgets", "total_cost", 22),  # of ten thousand logs that cost as much as one can
)
OF_LOGS: Final = (
    "rate_source",
    "rate_since",
    "exchange_rate",
    "exchange_since",
    "converted_currency",
    "converted_cost",
)
OF_TIMERS: Final = ("exchange_rate", "converted_currency")


def upgrade() -> None:
    _organisation_rates()
    _project_rates()
    _project_member_rates()
    _exchange_rates()
    op.add_column("issue_time_logs", sa.Column("rate_source", sa.String(length=12), nullable=True))
    op.add_column("issue_time_logs", sa.Column("rate_since", sa.Date(), nullable=True))
    op.add_column("issue_time_logs", sa.Column("exchange_rate", Money(precision=18, scale=8), nullable=True))
    op.add_column("issue_time_logs", sa.Column("exchange_since", sa.Date(), nullable=True))
    op.add_column("issue_time_logs", sa.Column("converted_currency", sa.String(length=3), nullable=True))
    op.add_column("issue_time_logs", sa.Column("converted_cost", Money(precision=18, scale=4), nullable=True))
    op.add_column("active_timers", sa.Column("exchange_rate", Money(precision=18, scale=8), nullable=True))
    op.add_column("active_timers", sa.Column("converted_currency", sa.String(length=3), nullable=True))
    # Until now a rate was always its user's.
    op.execute("UPDATE issue_time_logs SET rate_source = 'user' WHERE user_rate_type IS NOT NULL")
    for table, column, digits in COSTS:
        _hold_cost(table, column, digits)


def downgrade() -> None:
    for table, column, _ in COSTS:
        _hold_cost(table, column, OLD_DIGITS)
    for name in OF_TIMERS:
        op.drop_column("active_timers", name)
    for name in OF_LOGS:
        op.drop_column("issue_time_logs", name)
    for name in ("exchange_rates", "project_member_rates", "project_rates", "organisation_rates"):
        op.drop_table(name)


def _hold_cost(table: str, column: str, digits: int) -> None:
    """Sixteen hours at the highest rate a second do not fit into fourteen digits. SQLite keeps whole numbers of any length."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(table, column, type_=Money(precision=digits, scale=4), existing_nullable=False)


def _rate() -> list[sa.Column[Any]]:
    return [
        sa.Column("rate_type", sa.String(length=10), nullable=False),
        sa.Column("rate_amount", Money(precision=10, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
    ]


def _organisation_rates() -> None:
    op.create_table(
        "organisation_rates",
        sa.Column("id", KEY, nullable=False),
        *_rate(),
        sa.PrimaryKeyConstraint("id", name="organisation_rates_pk"),
        sa.UniqueConstraint("effective_from", name="organisation_rates_effective_from_unique"),
    )


def _project_rates() -> None:
    op.create_table(
        "project_rates",
        sa.Column("id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        *_rate(),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="project_rates_project_id_fk"),
        sa.PrimaryKeyConstraint("id", name="project_rates_pk"),
        sa.UniqueConstraint(
            "project_id", "effective_from", name="project_rates_project_id_effective_from_unique"
        ),
    )


def _project_member_rates() -> None:
    op.create_table(
        "project_member_rates",
        sa.Column("id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        *_rate(),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="project_member_rates_project_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="project_member_rates_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="project_member_rates_pk"),
        sa.UniqueConstraint(
            "project_id",
            "user_id",
            "effective_from",
            name="project_member_rates_project_id_user_id_effective_from_unique",
        ),
    )
    op.create_index("project_member_rates_user_id_idx", "project_member_rates", ["user_id"])


def _exchange_rates() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("id", KEY, nullable=False),
        sa.Column("from_currency", sa.String(length=3), nullable=False),
        sa.Column("to_currency", sa.String(length=3), nullable=False),
        sa.Column("rate", Money(precision=18, scale=8), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="exchange_rates_pk"),
        sa.UniqueConstraint(
            "from_currency",
            "to_currency",
            "effective_from",
            name="exchange_rates_from_currency_to_currency_effective_from_unique",
        ),
    )
