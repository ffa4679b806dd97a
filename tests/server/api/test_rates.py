"""Do rates, exchange rates, settings and explanations come and go as they are described?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused

RATE: Final = "/time-tracking/rate"
RATES: Final = "/time-tracking/rates"
PREVIEW: Final = "/time-tracking/rates/preview"
EXCHANGE: Final = "/time-tracking/exchange-rates"
SETTINGS: Final = "/time-tracking/settings"
AGREED: Final = {"rate_type": "hourly", "rate_amount": 62.5, "currency": "USD"}
CHANGED: Final = {"from_currency": "EUR", "to_currency": "USD", "rate": 1.08765432}


@pytest.fixture
def boss(front: Front) -> Caller:
    return front.caller(front.company.hire("boss", [], Role.ADMIN, hourly=None))


@pytest.fixture
def project(front: Front) -> int:
    return front.company.projects["BP"]


def of_project(project: int, **changes: Any) -> dict[str, Any]:
    return {**AGREED, "level": "project", "project_id": project, **changes}


def test_the_seeds_get_and_set_rate(anna: Caller, boss: Caller) -> None:
    assert anna.get(RATE) == {
        "user_id": anna.principal.user_id,
        "rate_type": "hourly",
        "rate_amount": 50,
        "currency": "USD",
        "source": "user",
        "effective_from": "2026-01-01",
        "effective_until": None,
    }
    query = {"user_id": anna.principal.user_id}
    reply = boss.ask("PUT", RATE, json=AGREED, params=query)
    assert reply.status_code == 200
    assert anna.get(RATE)["rate_amount"] == Decimal("62.5")
    assert boss.get(RATE, **query)["effective_from"] == "2026-06-15"
    refused(anna.ask("PUT", RATE, json=AGREED), 403, "forbidden")


def test_amounts_are_numbers_with_all_their_places(boss: Caller, project: int) -> None:
    reply = boss.ask("PUT", RATES, json=of_project(project, rate_amount=0.1))
    assert b'"rate_amount":0.1' in reply.content
    assert b'"effective_from":"2026-06-15"' in reply.content


def test_history_page_by_page(boss: Caller, project: int) -> None:
    for day in range(10, 15):
        boss.ask("PUT", RATES, json=of_project(project, effective_from=f"2026-07-{day}"))
    first = boss.get(RATES, level="project", limit=3)
    second = boss.get(RATES, level="project", limit=3, cursor=first["next"])
    days = [each["effective_from"] for page in (first, second) for each in page["items"]]
    assert days == [f"2026-07-{day}" for day in (14, 13, 12, 11, 10)]
    assert second["next"] is None
    assert boss.get(RATES, cursor="999999999999999999.3.999999999999999999")["items"] != []
    assert boss.get(RATES, cursor="0.0.0")["items"] == []
    refused(boss.ask("GET", RATES, params={"cursor": "1.4.1"}), 422, "invalid", "cursor")
    refused(boss.ask("GET", RATES, params={"level": "planet"}), 422, "invalid", "level")


def test_a_preview_changes_nothing(front: Front, anna: Caller, boss: Caller, project: int) -> None:
    anna.start("BP-1")
    front.company.clock.advance(hours=1)
    anna.act("stop")
    found = boss.post(PREVIEW, of_project(project, effective_from="2026-06-01")).json()
    assert (found["logs"], found["duration_seconds"], found["open_timers"]) == (1, 3600, [])
    assert found["costs"] == [{"currency": "USD", "total_cost": 50}]
    assert found["costs_otherwise"] == [{"currency": "USD", "total_cost": 62.5}]
    assert boss.get(RATES, level="project")["items"] == []


def test_taking_one_back(boss: Caller, project: int) -> None:
    kept = boss.ask("PUT", RATES, json=of_project(project, effective_from="2026-07-01")).json()
    path = f"{RATES}/project/{kept['id']}"
    assert boss.ask("DELETE", path).status_code == 204
    refused(boss.ask("DELETE", path), 404, "not_found")
    refused(boss.ask("DELETE", f"{RATES}/planet/1"), 422, "invalid", "level")
    now = boss.ask("PUT", RATES, json=of_project(project)).json()
    refused(boss.ask("DELETE", f"{RATES}/project/{now['id']}"), 409, "conflict")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate_amount": 0}, "rate_amount"),
        ({"rate_amount": -1}, "rate_amount"),
        ({"rate_amount": 1_000_000}, "rate_amount"),
        ({"rate_amount": 0.00001}, "rate_amount"),
        ({"rate_amount": None}, "rate_amount"),
        ({"rate_amount": True}, "rate_amount"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "US"}, "currency"),
        ({"currency": "U\U0001f4b0D"}, "currency"),
        ({"rate_type": "daily"}, "rate_type"),
        ({"level": "everybody"}, "level"),
        ({"effective_from": "0000-01-01"}, "effective_from"),
        ({"effective_from": "9999-12-31"}, "effective_from"),
        ({"effective_from": "2026-02-30"}, "effective_from"),
        ({"effective_from": 20260101}, "effective_from"),
        ({"effective_until": "2026-06-14"}, "effective_until"),
        ({"project_id": 0}, "project_id"),
        ({"project_id": 2**60}, "project_id"),
        ({"is_active": True}, "is_active"),
    ],
)
def test_what_is_wrong_is_named(boss: Caller, project: int, changes: dict[str, Any], field: str) -> None:
    for method, path in (("PUT", RATES), ("POST", PREVIEW)):
        refused(boss.ask(method, path, json=of_project(project, **changes)), 422, "invalid", field)


@pytest.mark.parametrize(
    "amount", ["1e999999999", "1e-999999999", "1e400", "9" * 4000, "0." + "0" * 4000 + "1"]
)
def test_numbers_that_no_computer_should_write_out(boss: Caller, project: int, amount: str) -> None:
    body = f'{{"level":"project","project_id":{project},"rate_type":"hourly","currency":"USD","rate_amount":{amount}}}'
    headers = {"Content-Type": "application/json"}
    refused(boss.ask("PUT", RATES, headers, content=body), 422, "invalid", "rate_amount")


# ---- exchange rates


def test_exchange_rates(boss: Caller, anna: Caller) -> None:
    reply = boss.ask("PUT", EXCHANGE, json=CHANGED)
    assert reply.status_code == 200
    assert b'"rate":1.08765432' in reply.content
    later = boss.ask("PUT", EXCHANGE, json={**CHANGED, "effective_from": "2026-07-01"}).json()
    assert [each["effective_from"] for each in boss.get(EXCHANGE)["items"]] == ["2026-07-01", "2026-06-15"]
    assert boss.get(EXCHANGE, from_currency="USD")["items"] == []
    assert boss.ask("DELETE", f"{EXCHANGE}/{later['id']}").status_code == 204
    refused(boss.ask("DELETE", f"{EXCHANGE}/{reply.json()['id']}"), 409, "conflict")
    refused(anna.ask("GET", EXCHANGE), 403, "forbidden")
    refused(anna.ask("PUT", EXCHANGE, json=CHANGED), 403, "forbidden")


def test_exchange_rates_page_by_page(boss: Caller) -> None:
    for day in range(10, 13):
        boss.ask("PUT", EXCHANGE, json={**CHANGED, "effective_from": f"2026-07-{day}"})
    first = boss.get(EXCHANGE, limit=2)
    second = boss.get(EXCHANGE, limit=2, cursor=first["next"])
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["next"] is None
    assert boss.get(EXCHANGE, cursor="999999999999999999.999999999999999999")["items"] != []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": 0.000000001}, "rate"),
        ({"rate": 1_000_000}, "rate"),
        ({"to_currency": "EUR"}, "to_currency"),
        ({"from_currency": "euro"}, "from_currency"),
        ({"effective_from": "1969-12-31"}, "effective_from"),
        ({"convert_waiting": 1}, "convert_waiting"),
    ],
)
def test_what_is_no_exchange_rate(boss: Caller, changes: dict[str, Any], field: str) -> None:
    refused(boss.ask("PUT", EXCHANGE, json={**CHANGED, **changes}), 422, "invalid", field)


# ---- settings


def test_the_seeds_six_settings_and_ours(boss: Caller, anna: Caller) -> None:
    assert set(anna.get(SETTINGS)) == {
        "default_hourly_rate",
        "default_minutely_rate",
        "auto_pause_on_logout",
        "max_concurrent_timers_per_user",
        "enable_budget_tracking",
        "enable_budget_alerts",
        "time_zone",
        "currency",
        "long_limit_hours",
        "late_limit_days",
        "warning_percent",
        "critical_percent",
    }
    changes = {"default_hourly_rate": 42.5, "time_zone": "Europe/Berlin", "late_limit_days": 10}
    reply = boss.ask("PUT", SETTINGS, json=changes)
    assert reply.status_code == 200
    assert reply.json() == boss.ask("GET", SETTINGS).json()
    assert changes.items() <= reply.json().items()
    refused(anna.ask("PUT", SETTINGS, json=changes), 403, "forbidden")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_concurrent_timers_per_user": 2}, "max_concurrent_timers_per_user"),
        ({"long_limit_hours": 1}, "long_limit_hours"),
        ({"long_limit_hours": 1001}, "long_limit_hours"),
        ({"late_limit_days": 10**30}, "late_limit_days"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"currency": None}, "currency"),
        ({"warning_percent": 100}, "warning_percent"),
        ({"default_minutely_rate": 0.833333}, "default_minutely_rate"),
        ({"auto_pause_on_logout": "yes"}, "auto_pause_on_logout"),
        ({"id": 2}, "id"),
    ],
)
def test_what_the_settings_do_not_take(boss: Caller, changes: dict[str, Any], field: str) -> None:
    refused(boss.ask("PUT", SETTINGS, json=changes), 422, "invalid", field)


# ---- explanations


def test_an_amount_is_explained(front: Front, anna: Caller, ben: Caller) -> None:
    anna.start("BP-1")
    front.company.clock.advance(seconds=100)
    log_id = anna.act("stop").json()["time_log_id"]
    path = f"/time-tracking/logs/{log_id}/cost"
    found = anna.get(path)
    assert (found["exact"], found["total_cost"], found["currency"]) == ("25/18", Decimal("1.3889"), "USD")
    assert [each["seconds"] for each in found["segments"]] == [100]
    assert found["rate"]["source"] == "user"
    refused(ben.ask("GET", path), 404, "not_found")
    refused(anna.ask("GET", "/time-tracking/logs/999999/cost"), 404, "not_found")


def test_who_am_i_shows_the_rate_of_today(front: Front, boss: Caller) -> None:
    newcomer = front.caller(front.company.hire("newcomer", ["BP"], hourly=None))
    assert newcomer.get("/me")["rate"] is None
    boss.ask("PUT", SETTINGS, json={"default_hourly_rate": 20})
    assert newcomer.get("/me")["rate"] == {"rate_type": "hourly", "rate_amount": 20, "currency": "USD"}
