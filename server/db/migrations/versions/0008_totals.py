"""The day of each log, and daily totals for reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic import op

from server.db.types import Money

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES: Final = {
    "issue_time_logs_start_idx": ["start_time", "id"],
    "issue_time_logs_issue_start_idx": ["issue_id", "start_time", "id"],
    "issue_time_logs_project_start_idx": ["project_id", "start_time", "id"],
    "issue_time_logs_status_start_idx": ["status", "start_time", "id"],
    "issue_time_logs_billable_start_idx": ["is_billable", "start_time", "id"],
}
NOT_YET: Final = "1970-01-01"


def upgrade() -> None:
    op.add_column(
        "issue_time_logs",
        sa.Column("start_day", sa.Date(), nullable=False, server_default=NOT_YET),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "issue_time_logs", columns)
    _daily_totals()
    _give_days()
    _count()


def downgrade() -> None:
    op.drop_table("daily_totals")
    for name in INDEXES:
        op.drop_index(name, "issue_time_logs")
    op.drop_column("issue_time_logs", "start_day")


def _daily_totals() -> None:
    op.create_table(
        "daily_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("project_id", KEY, nullable=False),
        sa.Column("is_billable", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("converted_currency", sa.String(length=3), nullable=False),
        sa.Column("logs", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("cost", Money(precision=22, scale=4), nullable=False),
        sa.Column("converted_cost", Money(precision=22, scale=4), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="daily_totals_project_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="daily_totals_user_id_fk"),
        sa.PrimaryKeyConstraint(
            "day",
            "user_id",
            "project_id",
            "is_billable",
            "currency",
            "converted_currency",
            name="daily_totals_pk",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("daily_totals_user_id_day_idx", "daily_totals", ["user_id", "day"])
    op.create_index("daily_totals_project_id_day_idx", "daily_totals", ["project_id", "day"])


_LOGS: Final = sa.table(
    "issue_time_logs",
    sa.column("user_id", sa.BigInteger()),
    sa.column("project_id", sa.BigInteger()),
    sa.column("start_time", sa.BigInteger()),
    sa.column("start_day", sa.Date()),
    sa.column("is_billable", sa.Boolean()),
    sa.column("currency", sa.String(3)),
    sa.column("duration_seconds", sa.Integer()),
    sa.column("is_deleted", sa.Boolean()),
    sa.column("total_cost", Money(14, 4)),
    sa.column("converted_currency", sa.String(3)),
    sa.column("converted_cost", Money(14, 4)),
)
_SETTINGS: Final = sa.table("time_tracking_settings", sa.column("time_zone", sa.String(64)))
_TOTALS: Final = sa.table(
    "daily_totals",
    *(
        sa.column(name)
        for name in (
            "day",
            "user_id",
            "project_id",
            "is_billable",
            "currency",
            "converted_currency",
            "logs",
            "seconds",
            "cost",
            "converted_cost",
        )
    ),
)


def _give_days() -> None:
    """A day at a time, because databases know zones differently."""
    conn = op.get_bind()
    for day, since_ms, until_ms in _days(conn, _zone(conn)):
        conn.execute(
            sa.update(_LOGS)
            .where(_LOGS.c.start_time >= since_ms, _LOGS.c.start_time < until_ms)
            .values(start_day=day)
        )


def _zone(conn: sa.Connection) -> tzinfo:
    try:
        return ZoneInfo(conn.execute(sa.select(_SETTINGS.c.time_zone)).scalar_one())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _days(conn: sa.Connection, zone: tzinfo) -> Iterator[tuple[date, int, int]]:
    """Those on which something started, with their first millisecond and the first after them."""
    earliest = sa.select(sa.func.min(_LOGS.c.start_time)).where(
        _LOGS.c.start_time >= sa.bindparam("since_ms")
    )
    until_ms = 0
    while (start_ms := conn.execute(earliest, {"since_ms": until_ms}).scalar()) is not None:
        day = datetime.fromtimestamp(start_ms / 1000, zone).date()
        # Where clocks were once put back over midnight, the next day begins twice, and first before this.
        until_ms = max(_midnight_ms(day + timedelta(days=1), zone), start_ms + 1)
        yield day, _midnight_ms(day, zone), until_ms


def _midnight_ms(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000


def _count() -> None:
    key = (
        _LOGS.c.start_day,
        _LOGS.c.user_id,
        _LOGS.c.project_id,
        _LOGS.c.is_billable,
        sa.func.coalesce(_LOGS.c.currency, ""),
        sa.func.coalesce(_LOGS.c.converted_currency, ""),
    )
    summed = (
        sa.select(
            *key,
            sa.func.count(),
            sa.func.sum(_LOGS.c.duration_seconds),
            sa.func.sum(_LOGS.c.total_cost),
            sa.func.coalesce(sa.func.sum(_LOGS.c.converted_cost), 0),
        )
        .where(_LOGS.c.is_deleted == sa.false())
        .group_by(*key)
    )
    op.execute(sa.insert(_TOTALS).from_select(list(_TOTALS.c.keys()), summed))
