"""What did people decide about what is held, refused or to be known?

Rulings are facts, as `claims` are: none is ever changed or removed, but that its timer becomes known.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from server.db.tables.company import metadata
from server.db.types import UtcMillis

rulings: Final = Table(
    "rulings",
    metadata,
    Column("action_id", String(36), primary_key=True),
    Column("ref", String(36), nullable=False),  # the action that is the reason; may come later
    Column("timer_id", String(36)),  # null until that action has come, and where it has none
    Column("user_id", ForeignKey("users.id"), nullable=False),  # whose time it is
    Column("author_id", ForeignKey("users.id"), nullable=False),
    Column("choice", String(20), nullable=False),
    Column("authored_ms", UtcMillis, nullable=False),
    Column("issue_id", BigInteger),
    Column("start_ms", UtcMillis),
    Column("end_ms", UtcMillis),
    Column("admission", String(20)),  # why it is kept and changes nothing
    Index("rulings_user_id_ref_idx", "user_id", "ref"),
    Index("rulings_timer_id_idx", "timer_id"),
    Index("rulings_author_id_idx", "author_id"),
    sqlite_with_rowid=False,
)
