"""What does the server know of the devices' monotonic clocks?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from server.db.tables.company import metadata
from server.db.types import RowKey

clock_anchors: Final = Table(
    "clock_anchors",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("clock", String(32), nullable=False),  # a digest of its session's name
    Column("mono0_s", BigInteger, nullable=False),  # the epoch second at which it showed 0
    Index("clock_anchors_user_id_clock_idx", "user_id", "clock"),
)
