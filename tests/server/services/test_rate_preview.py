"""Does a preview say what a rate would touch, and does nothing ever touch a log?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.db.repositories import audit, rated_logs
from server.domain.errors import Forbidden, Invalid, NotFound
from server.domain.messages import Amount, RateLevel, RatePreview, RateType, Role, SetLevelRate
from server.services.money import rate_preview, rate_setting
from tests.server.company import Company, Person

MEMBER, PROJECT, USER, ORGANISATION = RateLevel
DAY = date(2026, 6, 15)
TOMORROW = DAY + timedelta(days=1)
LONG_AGO = date(2026, 1, 1)
HOUR = 3600


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN, hourly=None)


def asked(company: Company, amount: str, since: date | None = None, **changes: Any) -> SetLevelRate:
    """A rate of the project BP by default."""
    wanted = {"level": PROJECT, "project_id": company.projects["BP"], "currency": "USD", **changes}
    return SetLevelRate(
        rate_type=RateType.HOURLY, rate_amount=Decimal(amount), effective_from=since, **wanted
    )


def preview(who: Person, request: SetLevelRate) -> RatePreview:
    now_ms = who.company.clock.now_ms()
    return who.company.database.read(lambda conn: rate_preview.preview(conn, who.principal, request, now_ms))


def put(who: Person, request: SetLevelRate) -> None:
    now_ms = who.company.clock.now_ms()
    who.company.database.run(lambda conn: rate_setting.set_rate(conn, who.principal, request, now_ms))


def work(person: Person, key: str, hours: int = 1) -> None:
    person.start(key)
    person.company.clock.advance(hours=hours)
    person.stop()


def usd(amount: int | str) -> list[Amount]:
    return [Amount("USD", Decimal(amount))]


@pytest.fixture
def worked(company: Company) -> Company:
    """An hour of Anna's and two of Ben's at 50 on BP, one of Ben's on WEB, and again an hour of Anna's on the day after."""
    work(company.anna, "BP-1")
    work(company.ben, "BP-2", hours=2)
    work(company.ben, "WEB-1")
    company.clock.advance(hours=20)
    work(company.anna, "BP-3")
    return company


def test_it_counts_what_began_from_its_day_on(worked: Company, boss: Person) -> None:
    found = preview(boss, asked(worked, "60", DAY))
    assert (found.logs, found.duration_seconds) == (3, 4 * HOUR)
    assert (found.costs, found.costs_otherwise) == (usd(200), usd(240))
    assert (found.effective_from, found.effective_until) == (DAY, None)
    later = preview(boss, asked(worked, "60", TOMORROW))
    assert (later.logs, later.costs, later.costs_otherwise) == (1, usd(50), usd(60))
    assert preview(boss, asked(worked, "60", TOMORROW + timedelta(days=1))).logs == 0


def test_up_to_its_last_day(worked: Company, boss: Person) -> None:
    found = preview(boss, asked(worked, "60", LONG_AGO, effective_until=DAY))
    assert (found.logs, found.costs, found.effective_until) == (2, usd(150), DAY)


def test_and_up_to_the_next_later_one(worked: Company, boss: Person) -> None:
    worked.agree(PROJECT, "50", TOMORROW, project="BP")
    found = preview(boss, asked(worked, "60", DAY))
    assert (found.logs, found.effective_until) == (2, None)


def test_where_a_nearer_rate_holds_it_touches_nothing(worked: Company, boss: Person) -> None:
    worked.agree(MEMBER, "50", LONG_AGO, project="BP", person=worked.anna)
    found = preview(boss, asked(worked, "60", DAY))
    assert (found.logs, found.costs) == (1, usd(100))


def test_nor_what_has_that_rate_already(worked: Company, boss: Person) -> None:
    assert preview(boss, asked(worked, "50", DAY)).logs == 0


def test_nor_what_would_get_back_the_rate_that_it_has(worked: Company, boss: Person) -> None:
    worked.agree(PROJECT, "60", LONG_AGO, project="BP")
    assert preview(boss, asked(worked, "50", DAY)).logs == 0
    assert preview(boss, asked(worked, "55", DAY)).logs == 3


def test_what_it_takes_the_place_of_falls_to_the_rate_before(worked: Company, boss: Person) -> None:
    """One for two days is made one for a single day."""
    worked.agree(PROJECT, "70", LONG_AGO, project="BP")
    worked.agree(PROJECT, "80", DAY, project="BP", until=TOMORROW)
    work(worked.anna, "BP-4")
    found = preview(boss, asked(worked, "90", DAY, effective_until=DAY))
    assert (found.logs, found.duration_seconds) == (4, 5 * HOUR)
    assert (found.costs, found.costs_otherwise) == (usd(150 + 50 + 80), usd(270 + 70 + 70))


def test_of_a_person_in_general(worked: Company, boss: Person) -> None:
    found = preview(
        boss, asked(worked, "60", DAY, level=USER, project_id=None, user_id=worked.ben.principal.user_id)
    )
    assert (found.logs, found.costs, found.costs_otherwise) == (2, usd(150), usd(180))


def test_of_everybody_who_has_none_of_their_own(worked: Company, boss: Person) -> None:
    newcomer = worked.hire("newcomer", ["BP"], hourly=None)
    work(newcomer, "BP-5")
    found = preview(boss, asked(worked, "10", DAY, level=ORGANISATION, project_id=None))
    assert (found.logs, found.costs, found.costs_otherwise) == (1, [], usd(10))


def test_amounts_of_two_currencies_stay_apart(worked: Company, boss: Person) -> None:
    worked.agree(PROJECT, "40", TOMORROW, project="BP", currency="EUR")
    work(worked.anna, "BP-4")
    found = preview(boss, asked(worked, "60", DAY))
    assert found.costs == usd(150)
    found = preview(boss, asked(worked, "60", TOMORROW))
    assert found.costs == [Amount("EUR", Decimal(40)), *usd(50)]
    assert found.costs_otherwise == usd(120)


def test_open_timers_are_named(worked: Company, boss: Person) -> None:
    worked.anna.start("BP-4")
    since = worked.clock.now_ms() // 1000
    worked.clock.advance(hours=1)
    [timer] = preview(boss, asked(worked, "60", DAY)).open_timers
    assert (timer.user_id, timer.project_id, timer.started_at) == (
        worked.anna.principal.user_id,
        worked.projects["BP"],
        since,
    )
    worked.anna.stop()
    assert preview(boss, asked(worked, "60", DAY)).open_timers == []


def test_it_says_that_nothing_changes_and_changes_nothing(worked: Company, boss: Person) -> None:
    worked.set_budget("BP", 1000)
    before = [(log.id, log.total_cost) for who in worked.people() for log in who.logs()]
    found = preview(boss, asked(worked, "60", DAY))
    assert "None of this time changes" in found.note
    assert worked.database.read(lambda conn: list(audit.walk(conn))) == []
    put(boss, asked(worked, "60", LONG_AGO))
    assert [(log.id, log.total_cost) for who in worked.people() for log in who.logs()] == before
    assert worked.spent("BP") == 200
    worked.check()


def test_it_refuses_what_setting_refuses(worked: Company, boss: Person) -> None:
    manager = worked.hire("manager", ["BP"], Role.MANAGER)
    web = worked.projects["WEB"]
    for who, request, refusal in (
        (boss, asked(worked, "0"), Invalid),
        (boss, asked(worked, "1", project_id=None), Invalid),
        (worked.anna, asked(worked, "1"), Forbidden),
        (manager, asked(worked, "1", project_id=web), NotFound),
        (manager, asked(worked, "1", level=ORGANISATION, project_id=None), Forbidden),
        (boss, asked(worked, "1", level=ORGANISATION, project_id=None, currency="EUR"), Invalid),
    ):
        with pytest.raises(refusal):
            preview(who, request)


def test_any_number_of_logs_in_any_zone(company: Company, boss: Person) -> None:
    """More than are read at once, in the zones whose days begin first and last."""
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        company.set_zone(zone)
        work(company.anna, "BP-1")
        work(company.ben, "BP-2")
    found = company.database.read(
        lambda conn: list(rated_logs.begun(conn, date(2026, 6, 14), date(2026, 6, 15), None, None, batch=1))
    )
    assert len({each.log_id for each in found}) == 4
    assert {each.day for each in found} == {date(2026, 6, 14), DAY}
