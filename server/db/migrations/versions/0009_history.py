"""With which change each log was last shown anew, and how far each device has proved and told its history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CHANGED = "issue_time_logs_user_changed_idx"


def upgrade() -> None:
    op.add_column(
        "issue_time_logs", sa.Column("changed_in", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_index(CHANGED, "issue_time_logs", ["user_id", "changed_in", "id", "start_time"])
    op.add_column("devices", sa.Column("proven_seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("devices", sa.Column("whole_in", sa.String(length=36), nullable=True))
    _all_are_whole()


def downgrade() -> None:
    with op.batch_alter_table("devices") as table:
        table.drop_column("whole_in")
        table.drop_column("proven_seq")
    op.drop_index(CHANGED, "issue_time_logs")
    with op.batch_alter_table("issue_time_logs") as table:
        table.drop_column("changed_in")


def _all_are_whole() -> None:
    """Until the epoch changes, nobody waits for a device."""
    devices = sa.table("devices", sa.column("whole_in"))
    meta = sa.table("server_meta", sa.column("key"), sa.column("value"))
    epoch = sa.select(meta.c.value).where(meta.c.key == "epoch").scalar_subquery()
    op.execute(devices.update().values(whole_in=epoch))
