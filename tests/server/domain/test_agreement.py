"""Which budgets can be agreed on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.domain.agreement import Agreed, agree
from server.domain.errors import Invalid
from server.domain.messages import AtLimit, SetBudget
from server.domain.organisation import Organisation

HERE = Organisation(
    default_hourly_rate=None,
    default_minutely_rate=None,
    auto_pause_on_logout=False,
    max_concurrent_timers_per_user=1,
    enable_budget_tracking=True,
    enable_budget_alerts=True,
    time_zone="UTC",
    currency="CHF",
    long_limit_hours=16,
    late_limit_days=35,
    warning_percent=Decimal(70),
    critical_percent=Decimal("92.5"),
)


def test_what_is_left_out_is_the_default() -> None:
    agreed = agree(SetBudget(Decimal(1000)), None, HERE)
    assert agreed == Agreed(
        total_budget=Decimal(1000),
        allocated_budget=Decimal(1000),
        currency="CHF",
        alert_threshold=Decimal(70),
        critical_threshold=Decimal("92.5"),
        at_limit=AtLimit.INFORM,
        start_date=None,
        end_date=None,
    )


def test_a_budget_keeps_its_currency() -> None:
    before = replace(agree(SetBudget(Decimal(1)), None, HERE), currency="EUR")
    assert agree(SetBudget(Decimal(2)), before, HERE).currency == "EUR"
    assert agree(SetBudget(Decimal(2), "USD"), before, HERE).currency == "USD"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"total_budget": Decimal(0)}, "total_budget"),
        ({"total_budget": Decimal(-1)}, "total_budget"),
        ({"total_budget": Decimal(10) ** 10}, "total_budget"),
        ({"total_budget": Decimal("0.00001")}, "total_budget"),
        ({"total_budget": Decimal("NaN")}, "total_budget"),
        ({"total_budget": Decimal("1e999999")}, "total_budget"),
        ({"total_budget": Decimal("1e-999999")}, "total_budget"),
        ({"allocated_budget": Decimal("100.0001")}, "allocated_budget"),
        ({"allocated_budget": Decimal(0)}, "allocated_budget"),
        ({"alert_threshold": Decimal(0)}, "alert_threshold"),
        ({"alert_threshold": Decimal("80.001")}, "alert_threshold"),
        ({"alert_threshold": Decimal(96)}, "critical_threshold"),
        ({"critical_threshold": Decimal("100.01")}, "critical_threshold"),
        ({"start_date": date(2026, 2, 2), "end_date": date(2026, 2, 1)}, "end_date"),
        ({"start_date": date(1, 1, 1)}, "start_date"),
        ({"end_date": date(9999, 12, 31)}, "end_date"),
    ],
)
def test_a_budget_that_cannot_be(wrong: dict[str, Any], field: str) -> None:
    said: dict[str, Any] = {"total_budget": Decimal(100), "critical_threshold": Decimal(95), **wrong}
    with pytest.raises(Invalid) as refusal:
        agree(SetBudget(**said), None, HERE)
    assert [error.field for error in refusal.value.errors] == [field]


def test_every_fault_is_named_at_once() -> None:
    wrong = SetBudget(Decimal(-1), alert_threshold=Decimal(101), start_date=date(1, 1, 1))
    with pytest.raises(Invalid) as refusal:
        agree(wrong, None, HERE)
    assert {error.field for error in refusal.value.errors} == {
        "total_budget",
        "alert_threshold",
        "start_date",
    }
