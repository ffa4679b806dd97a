"""Who works here, on what, at which price?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from server.db.types import Money, RowKey, UtcMillis

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_unique",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

users: Final = Table(
    "users",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),  # lower case
    Column("name", String(200), nullable=False),
    Column("role", String(10), nullable=False),
    Column("password_hash", String(255)),
    Column("is_active", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),  # counts the changes of this user's time
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
)

device_tokens: Final = Table(
    "device_tokens",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("device_id", String(36), nullable=False),
    Column("device_name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256, hex
    Column("created_at", UtcMillis, nullable=False),
    Column("expires_at", UtcMillis),
    Column("is_browser", Boolean, nullable=False, server_default=false()),  # what its cookie holds is hashed
    Column("last_used_at", UtcMillis),  # null: not since it was given
    UniqueConstraint("user_id", "device_id"),
)

projects: Final = Table(
    "projects",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("key", String(20), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("is_archived", Boolean, nullable=False),
    Column("archived_at", UtcMillis),  # no timer starts on it from then on
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
)

project_members: Final = Table(
    "project_members",
    metadata,
    Column("project_id", ForeignKey("projects.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("created_at", UtcMillis, nullable=False),
    Index("project_members_user_id_idx", "user_id"),
)

issues: Final = Table(
    "issues",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("key", String(40), nullable=False, unique=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("summary", Text, nullable=False),
    Column("status", String(40), nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
    Index("issues_project_id_idx", "project_id"),
    Index("issues_updated_at_idx", "updated_at", "id"),
)

user_rates: Final = Table(
    "user_rates",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("rate_type", String(10), nullable=False),
    Column("rate_amount", Money(10, 4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_until", Date),  # the last day, itself included
    UniqueConstraint("user_id", "effective_from"),
    Index("user_rates_user_id_idx", "user_id"),
)
