"""Sign-ins of browsers, and when each sign-in was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcMillis

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "device_tokens", sa.Column("is_browser", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("device_tokens", sa.Column("last_used_at", UtcMillis(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device_tokens") as table:
        table.drop_column("last_used_at")
        table.drop_column("is_browser")
