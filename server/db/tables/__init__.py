"""Which tables does a company's database have?"""

from __future__ import annotations

from server.db.tables.attention import rulings
from server.db.tables.budgets import budget_alerts, budget_thresholds, project_budgets
from server.db.tables.clocks import clock_anchors
from server.db.tables.company import (
    device_tokens,
    issues,
    metadata,
    project_members,
    projects,
    user_rates,
    users,
)
from server.db.tables.delivery import deliveries, leases, notifications, webhooks
from server.db.tables.edits import closed_periods, log_edits, period_requests
from server.db.tables.journal import (
    applied_actions,
    dead_letters,
    device_actions,
    devices,
    idempotency_replies,
    server_meta,
)
from server.db.tables.organisation import audit_entries, audit_head, time_tracking_settings
from server.db.tables.rates import exchange_rates, organisation_rates, project_member_rates, project_rates
from server.db.tables.time import active_timers, claim_ends, claims, issue_time_logs, segments
from server.db.tables.totals import daily_totals

__all__ = [
    "active_timers",
    "applied_actions",
    "audit_entries",
    "audit_head",
    "budget_alerts",
    "budget_thresholds",
    "claim_ends",
    "claims",
    "clock_anchors",
    "closed_periods",
    "daily_totals",
    "dead_letters",
    "deliveries",
    "device_actions",
    "device_tokens",
    "devices",
    "exchange_rates",
    "idempotency_replies",
    "issue_time_logs",
    "issues",
    "leases",
    "log_edits",
    "metadata",
    "notifications",
    "organisation_rates",
    "period_requests",
    "project_budgets",
    "project_member_rates",
    "project_members",
    "project_rates",
    "projects",
    "rulings",
    "segments",
    "server_meta",
    "time_tracking_settings",
    "user_rates",
    "users",
    "webhooks",
]
