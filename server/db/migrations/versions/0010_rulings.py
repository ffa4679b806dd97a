"""Decisions about what is held or to be known."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from server.db.types import UtcMillis

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rulings",
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("ref", sa.String(length=36), nullable=False),
        sa.Column("timer_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("authored_ms", UtcMillis(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=True),
        sa.Column("start_ms", UtcMillis(), nullable=True),
        sa.Column("end_ms", UtcMillis(), nullable=True),
        sa.Column("admission", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="rulings_user_id_fk"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="rulings_author_id_fk"),
        sa.PrimaryKeyConstraint("action_id", name="rulings_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("rulings_user_id_ref_idx", "rulings", ["user_id", "ref"])
    op.create_index("rulings_timer_id_idx", "rulings", ["timer_id"])
    op.create_index("rulings_author_id_idx", "rulings", ["author_id"])
    op.add_column("log_edits", sa.Column("settles", sa.String(length=36), nullable=True))
    op.add_column("claims", sa.Column("proposed_end_ms", UtcMillis(), nullable=True))


def downgrade() -> None:
    op.drop_column("claims", "proposed_end_ms")
    op.drop_column("log_edits", "settles")
    op.drop_table("rulings")
