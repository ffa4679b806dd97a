"""How much money has a project, and who was told that it goes to its end?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from server.db.tables.company import metadata
from server.db.types import Money, RowKey, UtcMillis

project_budgets: Final = Table(
    "project_budgets",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("total_budget", Money(14, 4), nullable=False),
    Column("allocated_budget", Money(14, 4), nullable=False),
    Column("total_cost", Money(22, 4), nullable=False),  # the exact sum of its logs' costs in this currency
    Column("status", String(10), nullable=False),
    Column("alert_threshold", Money(5, 2), nullable=False),  # percent, as the next one
    Column("critical_threshold", Money(5, 2), nullable=False),
    Column("at_limit", String(20), nullable=False),  # what happens when all of it is used
    Column("is_locked", Boolean, nullable=False),
    Column("locked_at", UtcMillis),
    Column("start_date", Date),
    Column("end_date", Date),  # the last day, itself included
    Column("currency", String(3), nullable=False),
    Column("revision", Integer, nullable=False),  # counts the changes of this row
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
    Index("project_budgets_project_id_unique", "project_id", unique=True),
    Index("project_budgets_status_idx", "status"),
)

budget_thresholds: Final = Table(
    "budget_thresholds",
    metadata,
    Column("project_budget_id", ForeignKey("project_budgets.id"), primary_key=True),
    Column("alert_type", String(10), primary_key=True),
    Column("is_armed", Boolean, nullable=False),  # the next crossing from below raises an alert
    Column("generation", Integer, nullable=False),  # grows when it is armed again
    Index("budget_thresholds_is_armed_idx", "is_armed"),
)

budget_alerts: Final = Table(
    "budget_alerts",
    metadata,
    Column("id", RowKey, primary_key=True),
    Column("project_budget_id", ForeignKey("project_budgets.id"), nullable=False),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("alert_type", String(10), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("threshold_percentage", Money(5, 2), nullable=False),
    Column("actual_percentage", Money(18, 2), nullable=False),
    Column("cost_at_alert", Money(22, 4), nullable=False),  # logged and running
    Column("currency", String(3), nullable=False),
    Column("is_acknowledged", Boolean, nullable=False),
    Column("acknowledged_by_user_id", ForeignKey("users.id")),
    Column("acknowledged_at", UtcMillis),
    Column("created_at", UtcMillis, nullable=False),
    UniqueConstraint("project_budget_id", "alert_type", "generation"),
    Index("budget_alerts_project_id_idx", "project_id", "id"),
    Index("budget_alerts_is_acknowledged_idx", "is_acknowledged", "project_id", "id"),
)
