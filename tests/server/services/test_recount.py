"""Does somebody notice when a budget does not say what its logs cost?"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from server.services import audit
from server.services.reporting import recount
from tests.server.company import Company


@pytest.fixture
def busy(company: Company) -> Company:
    """Two budgets in two currencies, logs in both, and one project without a log."""
    company.set_budget("BP", 1000)
    company.set_budget("WEB", 1000, currency="EUR")
    for key in ("BP-1", "WEB-1"):
        company.ben.start(key)
        company.clock.advance(hours=1)
        company.ben.stop()
    company.projects["NEW"] = company.add_project("NEW")
    company.set_budget("NEW", 10)
    return company


def test_there_is_no_difference(busy: Company) -> None:
    assert busy.database.run(lambda conn: recount.recount(conn, busy.clock.now_ms())) == []
    assert busy.rows("SELECT action FROM audit_entries") == []


def test_a_planted_difference_is_reported_and_not_repaired(busy: Company) -> None:
    busy.write(
        "UPDATE project_budgets SET total_cost = total_cost + 1 WHERE project_id = ?", busy.projects["BP"]
    )
    wrong = busy.spent("BP")
    [drift] = busy.database.run(lambda conn: recount.recount(conn, busy.clock.now_ms()))
    assert (drift.project_id, drift.kept, drift.counted) == (busy.projects["BP"], wrong, Decimal(50))
    assert busy.spent("BP") == wrong
    [(action, actor, before, after)] = busy.rows(
        "SELECT action, actor_user_id, before_json, after_json FROM audit_entries"
    )
    assert (action, actor) == ("budget.drifted", None)
    assert (json.loads(before)["total_cost"], json.loads(after)["total_cost"]) == (str(wrong), "50.0000")
    assert busy.database.read(audit.broken_at) is None


def test_a_log_that_was_changed_behind_its_back(busy: Company) -> None:
    busy.write(
        "UPDATE issue_time_logs SET total_cost = total_cost + total_cost WHERE project_id = ?",
        busy.projects["BP"],
    )
    [drift] = busy.database.read(recount.drifts)
    assert [drift.kept, drift.counted] == [50, 100]
