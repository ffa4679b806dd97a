"""Anchors of devices' clocks, and how well the instants of claims are known."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "clock_anchors",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("clock", sa.String(length=32), nullable=False),
        sa.Column("mono0_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="clock_anchors_user_id_fk"),
        sa.PrimaryKeyConstraint("id", name="clock_anchors_pk"),
    )
    op.create_index("clock_anchors_user_id_clock_idx", "clock_anchors", ["user_id", "clock"])
    for column in (
        sa.Column("quality", sa.String(length=1), nullable=True),
        sa.Column("clock", sa.String(length=32), nullable=True),
        sa.Column("mono0_s", sa.BigInteger(), nullable=True),
    ):
        op.add_column("claims", column)
    op.add_column("claim_ends", sa.Column("quality", sa.String(length=1), nullable=True))


def downgrade() -> None:
    op.drop_column("claim_ends", "quality")
    for name in ("mono0_s", "clock", "quality"):
        op.drop_column("claims", name)
    op.drop_table("clock_anchors")
