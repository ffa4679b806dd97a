"""Who may set and take back which rate?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.db.after import told
from server.db.repositories import audit
from server.db.session import Connection
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from server.domain.events import RatesChanged
from server.domain.messages import RateLevel, RateType, Role, SetLevelRate, SetRate
from server.services.money import rate_setting
from tests.server.agreed import (
    DAY,
    LONG_AGO,
    MEMBER,
    ORGANISATION,
    PROJECT,
    TOMORROW,
    USER,
    asked,
    copied,
    listed,
    put,
    remove,
)
from tests.server.company import Company, Person


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN, hourly=None)


@pytest.fixture
def manager(company: Company) -> Person:
    return company.hire("manager", ["BP"], Role.MANAGER, hourly=None)


# ---- who sets what


def test_an_administrator_sets_every_level(company: Company, boss: Person) -> None:
    for request in (
        asked(ORGANISATION),
        asked(USER, person=company.anna),
        asked(PROJECT, project=company.projects["WEB"]),
        asked(MEMBER, project=company.projects["WEB"], person=company.ben),
    ):
        kept = put(boss, request)
        assert (kept.level, kept.user_id, kept.project_id) == (
            request.level,
            request.user_id,
            request.project_id,
        )
        assert (kept.effective_from, kept.effective_until, kept.rate_amount) == (
            DAY,
            None,
            Decimal(80),
        )


def test_a_manager_sets_those_of_their_projects(company: Company, manager: Person) -> None:
    bp = company.projects["BP"]
    put(manager, asked(PROJECT, project=bp))
    put(manager, asked(MEMBER, project=bp, person=company.anna))
    assert copied(company.anna, "BP-1")[0] == 80


@pytest.mark.parametrize("level", RateLevel)
def test_a_member_sets_none(company: Company, level: RateLevel) -> None:
    person = company.anna if level in {USER, MEMBER} else None
    project = company.projects["BP"] if level in {PROJECT, MEMBER} else None
    with pytest.raises(Forbidden):
        put(company.anna, asked(level, person=person, project=project))
    assert [each.rate_amount for each in listed(company.anna)] == [50]


def test_a_manager_sets_nobodys_general_rate(company: Company, manager: Person) -> None:
    with pytest.raises(Forbidden):
        put(manager, asked(USER, person=company.anna))
    with pytest.raises(Forbidden):
        put(manager, asked(USER, person=manager))
    with pytest.raises(Forbidden):
        put(manager, asked(ORGANISATION))


def test_nor_one_of_a_project_of_others(company: Company, manager: Person) -> None:
    web = company.projects["WEB"]
    for request in (asked(PROJECT, project=web), asked(MEMBER, project=web, person=company.ben)):
        with pytest.raises(NotFound):
            put(manager, request)


def test_a_member_rate_is_for_a_member(company: Company, boss: Person) -> None:
    with pytest.raises(Invalid) as refused:
        put(boss, asked(MEMBER, project=company.projects["WEB"], person=company.anna))
    assert [error.field for error in refused.value.errors] == ["user_id"]


def test_there_is_nobody_and_nothing_of_that_number(company: Company, boss: Person) -> None:
    nobody = SetLevelRate(USER, RateType.HOURLY, Decimal(1), "USD", user_id=999)
    nowhere = SetLevelRate(PROJECT, RateType.HOURLY, Decimal(1), "USD", project_id=999)
    for request in (nobody, nowhere):
        with pytest.raises(NotFound):
            put(boss, request)


@pytest.mark.parametrize(
    ("level", "named", "wrong"),
    [
        (USER, {}, {"user_id"}),
        (USER, {"user_id": 1, "project_id": 1}, {"project_id"}),
        (PROJECT, {"user_id": 1}, {"user_id", "project_id"}),
        (MEMBER, {"project_id": 1}, {"user_id"}),
        (ORGANISATION, {"user_id": 1, "project_id": 1}, {"user_id", "project_id"}),
    ],
)
def test_a_level_needs_its_owner_and_no_other(
    boss: Person, level: RateLevel, named: dict[str, Any], wrong: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        put(boss, SetLevelRate(level, RateType.HOURLY, Decimal(1), "USD", **named))
    assert {error.field for error in refused.value.errors} == wrong


def test_everybodys_rate_is_in_the_organisations_currency(boss: Person) -> None:
    with pytest.raises(Invalid) as refused:
        put(boss, asked(ORGANISATION, currency="EUR"))
    assert [error.field for error in refused.value.errors] == ["currency"]


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        (date(1, 1, 1), None, {"effective_from"}),
        (date(9999, 12, 31), None, {"effective_from"}),
        (DAY, date(2026, 6, 14), {"effective_until"}),
        (DAY, date(9999, 12, 31), {"effective_until"}),
    ],
)
def test_days_that_do_not_fit(
    company: Company, boss: Person, since: date, until: date | None, wrong: set[str]
) -> None:
    company.agree(PROJECT, "1", date(2026, 7, 1), project="BP")
    with pytest.raises(Invalid) as refused:
        put(boss, asked(PROJECT, project=company.projects["BP"], since=since, until=until))
    assert {error.field for error in refused.value.errors} == wrong
    assert len(listed(boss, level=PROJECT)) == 1


def test_the_seeds_set_rate_is_the_users_level(company: Company, boss: Person) -> None:
    request = SetRate(RateType.MINUTELY, Decimal("1.5"), "USD")
    user_id, now_ms = company.anna.principal.user_id, company.clock.now_ms()
    kept = company.database.run(
        lambda conn: rate_setting.set_own_rate(conn, boss.principal, user_id, request, now_ms)
    )
    assert (kept.level, kept.user_id, kept.rate_amount) == (USER, user_id, Decimal("1.5"))
    assert copied(company.anna, "BP-1")[0] == 90


def test_who_set_what_is_kept_and_told(company: Company, boss: Person) -> None:
    bp, anna = company.projects["BP"], company.anna.principal.user_id

    def listening(conn: Connection) -> tuple[object, ...]:
        told(conn)
        request = asked(MEMBER, project=bp, person=company.anna)
        rate_setting.set_rate(conn, boss.principal, request, company.clock.now_ms())
        return told(conn)

    assert company.database.run(listening) == (RatesChanged(anna),)
    put(boss, asked(MEMBER, "85", project=bp, person=company.anna))
    entries = [each.entry for each in company.database.read(lambda conn: list(audit.walk(conn)))]
    assert [(each.action, each.subject_type, each.subject_id, each.project_id) for each in entries] == [
        ("rate.set", "member_rate", f"{bp}-{anna}", bp)
    ] * 2
    assert entries[0].before is None
    assert entries[1].before == entries[0].after
    assert entries[1].after is not None
    assert entries[1].after["rate_amount"] == "85"


def test_a_refused_one_leaves_nothing(company: Company, boss: Person) -> None:
    with pytest.raises(Refusal):
        put(boss, asked(PROJECT, "0", project=company.projects["BP"]))
    assert listed(boss, level=PROJECT) == []
    assert company.database.read(lambda conn: list(audit.walk(conn))) == []


# ---- taking back


def test_after_a_rate_for_some_days_the_one_before_goes_on(company: Company, boss: Person) -> None:
    bp = company.projects["BP"]
    put(boss, asked(PROJECT, "70", project=bp, since=LONG_AGO))
    put(boss, asked(PROJECT, "75", project=bp, since=DAY, until=DAY))
    assert copied(company.anna, "BP-1") == (75, "project", "2026-06-15")
    company.clock.advance(hours=24)
    assert copied(company.anna, "BP-2") == (70, "project", "2026-01-01")


def test_before_its_day_a_rate_can_be_taken_back(company: Company, boss: Person) -> None:
    bp = company.projects["BP"]
    first = put(boss, asked(PROJECT, "70", project=bp, since=LONG_AGO))
    second = put(boss, asked(PROJECT, "75", project=bp, since=TOMORROW))
    assert listed(boss, level=PROJECT) == [second, first]
    remove(boss, second)
    assert listed(boss, level=PROJECT) == [first]
    with pytest.raises(NotFound):
        remove(boss, second)


def test_not_once_it_holds(company: Company, boss: Person) -> None:
    kept = put(boss, asked(PROJECT, "70", project=company.projects["BP"]))
    with pytest.raises(Conflict):
        remove(boss, kept)
    assert listed(boss, level=PROJECT) == [kept]


def test_only_by_whom_may_set_it(company: Company, boss: Person, manager: Person) -> None:
    of_web = put(boss, asked(PROJECT, project=company.projects["WEB"], since=TOMORROW))
    of_anna = put(boss, asked(USER, person=company.anna, since=TOMORROW))
    with pytest.raises(NotFound):
        remove(manager, of_web)
    with pytest.raises(Forbidden):
        remove(manager, of_anna)
    with pytest.raises(Forbidden):
        remove(company.anna, of_anna)
    assert len(listed(boss, level=PROJECT)) == 1
