"""Sign-ins of browsers, when each sign-in was last used, and since when a project is archived."""

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
    op.add_column("projects", sa.Column("archived_at", UtcMillis(), nullable=True))
    projects = sa.table(
        "projects", *(sa.column(name) for name in ("is_archived", "archived_at", "updated_at"))
    )
    op.execute(projects.update().where(projects.c.is_archived).values(archived_at=projects.c.updated_at))


def downgrade() -> None:
    with op.batch_alter_table("projects") as table:
        table.drop_column("archived_at")
    with op.batch_alter_table("device_tokens") as table:
        table.drop_column("last_used_at")
        table.drop_column("is_browser")
