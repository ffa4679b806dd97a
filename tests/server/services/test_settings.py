"""Who decides for the organisation, and what follows?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.db.after import told
from server.db.repositories import audit
from server.db.repositories import rates as stored
from server.db.session import Connection
from server.domain.errors import Forbidden, Invalid
from server.domain.events import RatesChanged
from server.domain.messages import ChangeSettings, Rate, RateLevel, RateType, Role, Settings
from server.domain.rating import DatedRate, Owner
from server.domain.trail import Entry
from server.services.company import settings
from tests.server.company import Company, Person

DAY = date(2026, 6, 15)
TOMORROW = DAY + timedelta(days=1)
ORGANISATION = RateLevel.ORGANISATION


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN, hourly=None)


def change(who: Person, **named: Any) -> Settings:
    now_ms = who.company.clock.now_ms()
    return who.company.database.run(
        lambda conn: settings.change(conn, who.principal, ChangeSettings(**named), now_ms)
    )


def shown(company: Company) -> Settings:
    now_ms = company.clock.now_ms()
    return company.database.read(lambda conn: settings.shown(conn, now_ms))


def agreed(company: Company) -> list[DatedRate]:
    return company.database.read(lambda conn: stored.of_owner(conn, Owner(ORGANISATION)))


def trail(company: Company) -> list[Entry]:
    return [each.entry for each in company.database.read(lambda conn: list(audit.walk(conn)))]


def hourly(amount: str, since: date = DAY, until: date | None = None, currency: str = "USD") -> DatedRate:
    return DatedRate(Rate(RateType.HOURLY, Decimal(amount), currency), since, until)


def wrong(who: Person, **named: Any) -> list[str]:
    before = shown(who.company)
    with pytest.raises(Invalid) as refused:
        change(who, **named)
    assert shown(who.company) == before
    assert trail(who.company) == []
    return [error.field for error in refused.value.errors]


def test_as_they_are_at_first(company: Company) -> None:
    assert shown(company) == Settings(
        default_hourly_rate=None,
        default_minutely_rate=None,
        auto_pause_on_logout=False,
        max_concurrent_timers_per_user=1,
        enable_budget_tracking=True,
        enable_budget_alerts=True,
        time_zone="UTC",
        currency="USD",
        long_limit_hours=16,
        late_limit_days=35,
        warning_percent=Decimal(80),
        critical_percent=Decimal(95),
    )


def test_what_is_named_changes_and_the_rest_stays(company: Company, boss: Person) -> None:
    before = shown(company)
    after = change(
        boss, auto_pause_on_logout=True, time_zone="Europe/Berlin", warning_percent=Decimal("66.6")
    )
    assert after == shown(company)
    assert (after.auto_pause_on_logout, after.time_zone, after.warning_percent) == (
        True,
        "Europe/Berlin",
        Decimal("66.6"),
    )
    assert (after.currency, after.late_limit_days) == (before.currency, before.late_limit_days)
    [entry] = trail(company)
    assert (entry.actor_user_id, entry.action) == (boss.principal.user_id, "settings.changed")
    assert entry.before == {"auto_pause_on_logout": False, "time_zone": "UTC", "warning_percent": "80"}
    assert entry.after == {
        "auto_pause_on_logout": True,
        "time_zone": "Europe/Berlin",
        "warning_percent": "66.6",
    }


def test_nothing_new_is_no_change(company: Company, boss: Person) -> None:
    change(boss)
    change(boss, time_zone="UTC", critical_percent=Decimal("95.00"), default_hourly_rate=None)
    assert trail(company) == []


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_only_administrators_change_them(company: Company, role: Role) -> None:
    with pytest.raises(Forbidden):
        change(company.hire("somebody", ["BP"], role), auto_pause_on_logout=True)
    assert not shown(company).auto_pause_on_logout


@pytest.mark.parametrize(
    ("named", "fields"),
    [
        ({"max_concurrent_timers_per_user": 2}, ["max_concurrent_timers_per_user"]),
        ({"max_concurrent_timers_per_user": 0}, ["max_concurrent_timers_per_user"]),
        ({"time_zone": "Mars/Olympus"}, ["time_zone"]),
        ({"time_zone": "Europe"}, ["time_zone"]),
        ({"time_zone": "../etc/passwd"}, ["time_zone"]),
        ({"time_zone": "/etc/localtime"}, ["time_zone"]),
        ({"time_zone": "UTC\0"}, ["time_zone"]),
        ({"time_zone": "Ürümqi"}, ["time_zone"]),
        ({"warning_percent": Decimal(0)}, ["warning_percent"]),
        ({"warning_percent": Decimal("1.001")}, ["warning_percent"]),
        ({"critical_percent": Decimal(100)}, ["critical_percent"]),
        ({"critical_percent": Decimal("NaN")}, ["critical_percent"]),
        ({"warning_percent": Decimal(95)}, ["critical_percent"]),
        ({"critical_percent": Decimal(80)}, ["critical_percent"]),
        ({"default_hourly_rate": Decimal(0)}, ["default_hourly_rate"]),
        ({"default_hourly_rate": Decimal("1E+999999999")}, ["default_hourly_rate"]),
        ({"default_minutely_rate": Decimal("0.833333")}, ["default_minutely_rate"]),
        (
            {"default_hourly_rate": Decimal(50), "default_minutely_rate": Decimal(1)},
            ["default_minutely_rate"],
        ),
    ],
)
def test_what_is_not_taken(boss: Person, named: dict[str, Any], fields: list[str]) -> None:
    assert wrong(boss, **named) == fields


# ---- the default rate


def test_a_default_rate_holds_from_today_on(company: Company, boss: Person) -> None:
    assert change(boss, default_hourly_rate=Decimal("40.5")).default_hourly_rate == Decimal("40.5")
    assert agreed(company) == [hourly("40.5")]
    newcomer = company.hire("newcomer", ["BP"], hourly=None)
    assert newcomer.snapshot().rate == Rate(RateType.HOURLY, Decimal("40.5"), "USD")


def test_one_takes_the_place_of_the_other(company: Company, boss: Person) -> None:
    change(boss, default_hourly_rate=Decimal(40))
    company.clock.advance(hours=24)
    after = change(boss, default_minutely_rate=Decimal("0.7"))
    assert (after.default_hourly_rate, after.default_minutely_rate) == (None, Decimal("0.7"))
    assert agreed(company) == [
        DatedRate(Rate(RateType.MINUTELY, Decimal("0.7"), "USD"), TOMORROW, None),
        hourly("40", DAY),
    ]


def test_null_ends_it(company: Company, boss: Person) -> None:
    change(boss, default_hourly_rate=Decimal(40))
    company.clock.advance(hours=24)
    assert change(boss, default_hourly_rate=None).default_hourly_rate is None
    assert agreed(company) == [hourly("40", DAY, DAY)]
    assert company.hire("newcomer", ["BP"], hourly=None).snapshot().rate is None


def test_it_is_todays_view_of_the_dated_rates(company: Company, boss: Person) -> None:
    company.agree(ORGANISATION, "40", DAY)
    company.agree(ORGANISATION, "44", TOMORROW)
    assert shown(company).default_hourly_rate == 40
    company.clock.advance(hours=24)
    assert shown(company).default_hourly_rate == 44
    change(boss, auto_pause_on_logout=True)
    assert [each.rate.rate_amount for each in agreed(company)] == [44, 40]


def test_today_is_the_organisations(company: Company, boss: Person) -> None:
    change(boss, time_zone="Pacific/Kiritimati")
    company.clock.advance(hours=2)
    change(boss, default_hourly_rate=Decimal(40))
    assert agreed(company) == [hourly("40", TOMORROW)]


def test_another_currency_wants_the_default_rate_in_it(company: Company, boss: Person) -> None:
    company.agree(ORGANISATION, "40", DAY)
    assert wrong(boss, currency="EUR") == ["currency"]
    after = change(boss, currency="EUR", default_hourly_rate=Decimal(40))
    assert (after.currency, after.default_hourly_rate) == ("EUR", Decimal(40))
    assert agreed(company) == [hourly("40", currency="EUR")]


def test_or_an_end_of_it(company: Company, boss: Person) -> None:
    company.agree(ORGANISATION, "40", DAY)
    assert change(boss, currency="EUR", default_hourly_rate=None).default_hourly_rate is None
    assert agreed(company) == []


def test_and_no_later_one_in_the_old_currency(company: Company, boss: Person) -> None:
    company.agree(ORGANISATION, "40", TOMORROW)
    assert wrong(boss, currency="EUR", default_hourly_rate=Decimal(40)) == ["currency"]


def test_who_keeps_rates_in_mind_is_told(company: Company, boss: Person) -> None:
    def listening(conn: Connection) -> tuple[object, ...]:
        told(conn)
        settings.change(conn, boss.principal, ChangeSettings(default_hourly_rate=Decimal(1)), 0)
        return told(conn)

    assert company.database.run(listening) == (RatesChanged(None),)


@pytest.mark.parametrize("name", ["enable_budget_tracking", "enable_budget_alerts"])
def test_what_is_watched_again_is_looked_at_at_once(company: Company, boss: Person, name: str) -> None:
    """Nothing runs, and nothing else moves the budget."""
    company.set_budget("BP", 100)
    change(boss, **{name: False})
    company.anna.start("BP-1")
    company.clock.advance(hours=2)
    company.anna.stop()
    assert company.raised("BP") == []
    change(boss, **{name: True})
    assert (company.budget_status("BP"), len(company.raised("BP"))) == ("exceeded", 3)
