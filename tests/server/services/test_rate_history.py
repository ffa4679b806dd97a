"""Who may read which rates?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from server.domain.errors import NotFound
from server.domain.messages import LevelRate, Role
from server.services.money import rate_history
from server.services.money.rate_history import RateFilter
from tests.server.agreed import (
    DAY,
    MEMBER,
    ORGANISATION,
    PROJECT,
    USER,
    asked,
    listed,
    put,
    today,
)
from tests.server.company import Company, Person


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN, hourly=None)


@pytest.fixture
def manager(company: Company) -> Person:
    return company.hire("manager", ["BP"], Role.MANAGER, hourly=None)


def test_who_reads_which(company: Company, boss: Person, manager: Person) -> None:
    bp, web = company.projects["BP"], company.projects["WEB"]
    stranger = company.hire("stranger", [], hourly=Decimal(33))
    put(boss, asked(ORGANISATION))
    put(boss, asked(PROJECT, project=bp))
    put(boss, asked(PROJECT, project=web))
    put(boss, asked(MEMBER, project=bp, person=company.anna))
    put(boss, asked(MEMBER, project=bp, person=company.ben))
    put(boss, asked(MEMBER, project=web, person=company.ben))

    def seen(who: Person) -> set[tuple[str, int | None, int | None]]:
        return {(str(each.level), each.user_id, each.project_id) for each in listed(who)}

    anna, ben = company.anna.principal.user_id, company.ben.principal.user_id
    everybodys = ("organisation", None, None)
    assert seen(company.anna) == {
        everybodys,
        ("project", None, bp),
        ("member", anna, bp),
        ("user", anna, None),
    }
    assert seen(stranger) == {everybodys, ("user", stranger.principal.user_id, None)}
    assert seen(manager) == {
        everybodys,
        ("project", None, bp),
        ("member", anna, bp),
        ("member", ben, bp),
        ("user", anna, None),
        ("user", ben, None),
    }
    assert len(seen(boss)) == 9
    assert {each.level for each in listed(boss, user_id=ben)} == {USER, MEMBER}
    assert {each.project_id for each in listed(boss, project_id=web)} == {web}
    assert listed(manager, project_id=web) == []


def test_page_by_page_each_rate_comes_once(company: Company, boss: Person) -> None:
    bp = company.projects["BP"]
    for ahead in range(4):
        since = DAY + timedelta(days=ahead)
        put(boss, asked(PROJECT, project=bp, since=since))
        put(boss, asked(MEMBER, project=bp, person=company.anna, since=since))
        put(boss, asked(MEMBER, project=bp, person=company.ben, since=since))
    seen: list[LevelRate] = []
    cursor = None
    while True:
        page = company.database.read(
            lambda conn, cursor=cursor: rate_history.page(  # type: ignore[misc]  # bound now
                conn, boss.principal, RateFilter(), cursor=cursor, limit=5
            )
        )
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert seen == listed(boss)
    assert len({(each.level, each.id) for each in seen}) == 14
    assert [each.effective_from for each in seen] == sorted(
        (each.effective_from for each in seen), reverse=True
    )


def test_what_somebody_costs_today(company: Company, boss: Person, manager: Person) -> None:
    bp = company.projects["BP"]
    put(boss, asked(PROJECT, "70", project=bp))
    assert (today(company.anna).rate_amount, today(company.anna).source) == (Decimal(50), USER)
    assert (today(company.anna, project=bp).rate_amount, today(company.anna, project=bp).source) == (
        Decimal(70),
        PROJECT,
    )
    assert today(manager, company.anna).rate_amount == 50
    assert today(boss).rate_amount is None
    put(boss, asked(ORGANISATION, "20"))
    assert (today(boss).rate_amount, today(boss).source) == (Decimal(20), ORGANISATION)


def test_of_whom_one_may_not_know_nothing_is_found(company: Company, manager: Person) -> None:
    stranger = company.hire("stranger", ["WEB"])
    with pytest.raises(NotFound):
        today(company.anna, company.ben)
    with pytest.raises(NotFound):
        today(manager, stranger)
    with pytest.raises(NotFound):
        today(company.anna, project=company.projects["WEB"])
