"""Which of four rates does a log get, who may set which, and who may read them?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.db.after import told
from server.db.repositories import audit
from server.db.session import Connection
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from server.domain.events import RatesChanged
from server.domain.messages import LevelRate, RateLevel, RateToday, RateType, Role, SetLevelRate, SetRate
from server.services.money import rate_history, rate_setting
from server.services.money.rate_history import RateFilter
from tests.server.company import Company, Person

MEMBER, PROJECT, USER, ORGANISATION = RateLevel
DAY = date(2026, 6, 15)
TOMORROW = DAY + timedelta(days=1)
LONG_AGO = date(2026, 1, 1)


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN, hourly=None)


@pytest.fixture
def manager(company: Company) -> Person:
    return company.hire("manager", ["BP"], Role.MANAGER, hourly=None)


def asked(
    level: RateLevel,
    amount: str = "80",
    *,
    person: Person | None = None,
    project: int | None = None,
    since: date | None = None,
    until: date | None = None,
    currency: str = "USD",
) -> SetLevelRate:
    return SetLevelRate(
        level=level,
        rate_type=RateType.HOURLY,
        rate_amount=Decimal(amount),
        currency=currency,
        user_id=None if person is None else person.principal.user_id,
        project_id=project,
        effective_from=since,
        effective_until=until,
    )


def put(who: Person, request: SetLevelRate) -> LevelRate:
    company = who.company
    now_ms = company.clock.now_ms()
    return company.database.run(lambda conn: rate_setting.set_rate(conn, who.principal, request, now_ms))


def remove(who: Person, kept: LevelRate) -> None:
    now_ms = who.company.clock.now_ms()
    who.company.database.run(
        lambda conn: rate_setting.remove(conn, who.principal, kept.level, kept.id, now_ms)
    )


def listed(who: Person, **wanted: Any) -> list[LevelRate]:
    return who.company.database.read(
        lambda conn: rate_history.page(conn, who.principal, RateFilter(**wanted), cursor=None, limit=200)
    ).items


def today(who: Person, person: Person | None = None, project: int | None = None) -> RateToday:
    user_id = None if person is None else person.principal.user_id
    now_ms = who.company.clock.now_ms()
    return who.company.database.read(
        lambda conn: rate_history.today(conn, who.principal, user_id, project, now_ms)
    )


def copied(person: Person, key: str) -> tuple[Any, ...]:
    """An hour of work, the amount that it costs, and where that comes from."""
    person.start(key)
    person.company.clock.advance(hours=1)
    person.stop()
    [(source, since)] = person.company.rows(
        "SELECT rate_source, rate_since FROM issue_time_logs WHERE user_id = ? AND issue_id = ?",
        person.principal.user_id,
        person.company.issues[key],
    )
    return person.log(key).total_cost, source, str(since)


# ---- the order


def test_the_nearest_rate_wins(company: Company) -> None:
    ben = company.ben
    company.agree(ORGANISATION, "10", LONG_AGO)
    assert copied(ben, "BP-1") == (50, "user", "2026-01-01")
    company.agree(PROJECT, "70", date(2026, 6, 1), project="BP")
    assert copied(ben, "BP-2") == (70, "project", "2026-06-01")
    company.agree(MEMBER, "90", date(2026, 6, 15), project="BP", person=ben)
    assert copied(ben, "BP-3") == (90, "member", "2026-06-15")
    assert copied(ben, "WEB-1") == (50, "user", "2026-01-01")
    assert copied(company.anna, "BP-4") == (70, "project", "2026-06-01")
    company.check()


def test_without_any_other_the_organisations_holds(company: Company) -> None:
    newcomer = company.hire("newcomer", ["BP"], hourly=None)
    assert copied(newcomer, "BP-1") == (0, None, "None")
    company.agree(ORGANISATION, "10", LONG_AGO)
    assert copied(newcomer, "BP-2") == (10, "organisation", "2026-01-01")
    company.check()


def test_where_the_nearest_has_ended_the_next_one_holds(company: Company) -> None:
    company.agree(PROJECT, "70", LONG_AGO, project="BP", until=date(2026, 6, 14))
    company.agree(MEMBER, "90", TOMORROW, project="BP", person=company.anna)
    assert copied(company.anna, "BP-1") == (50, "user", "2026-01-01")


@pytest.mark.parametrize(
    ("rate_type", "amount", "cost"),
    [(RateType.HOURLY, "36", "36"), (RateType.MINUTELY, "0.7", "42"), (RateType.SECONDLY, "0.0101", "36.36")],
)
def test_every_kind_of_rate(company: Company, rate_type: RateType, amount: str, cost: str) -> None:
    company.agree(PROJECT, amount, LONG_AGO, project="BP", kind=rate_type)
    assert copied(company.anna, "BP-1")[0] == Decimal(cost)


def test_the_highest_rate_a_second_for_a_whole_day(company: Company) -> None:
    """A stop always works, whatever somebody agreed."""
    company.set_budget("BP", 1000)
    company.agree(PROJECT, "999999.9999", LONG_AGO, project="BP", kind=RateType.SECONDLY)
    company.anna.start("BP-1")
    company.clock.advance(hours=16)
    company.anna.stop()
    assert company.anna.log("BP-1").total_cost == Decimal("999999.9999") * 16 * 3600
    company.check()


# ---- the day


@pytest.mark.parametrize(
    ("zone", "amount"),
    [("UTC", 50), ("Pacific/Kiritimati", 60), ("America/New_York", 40), ("Europe/Berlin", 60)],
)
def test_the_day_is_the_organisations(company: Company, zone: str, amount: int) -> None:
    """At 22:30 in UTC it is the next day in Berlin."""
    anna = company.anna
    company.set_zone(zone)
    company.clock.advance(hours=14, minutes=30)
    for price, since in (("40", LONG_AGO), ("50", DAY), ("60", TOMORROW)):
        company.agree(MEMBER, price, since, project="BP", person=anna)
    if zone == "America/New_York":
        company.clock.advance(hours=-20)
    assert copied(anna, "BP-1")[0] == amount


def test_another_zone_is_for_later_logs(company: Company) -> None:
    anna = company.anna
    company.clock.advance(hours=14, minutes=30)
    company.agree(MEMBER, "60", TOMORROW, project="BP", person=anna)
    anna.start("BP-1")
    company.set_zone("Europe/Berlin")
    company.clock.advance(minutes=30)
    anna.stop()
    assert anna.log("BP-1").total_cost == 25
    assert copied(anna, "BP-2")[0] == 60


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


# ---- reading


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
