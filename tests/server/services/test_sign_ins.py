"""Where is a person signed in, how does that end, and what becomes of their timer?"""

from __future__ import annotations

from typing import Any

import pytest

from server.db.session import Connection
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.messages import Device, Role, TimerStatus
from server.domain.principal import Principal
from server.services.staff import accounts, browsers, sign_ins
from tests.server.company import Company, Person
from tests.server.daytime import at


@pytest.fixture
def laptop(company: Company) -> Principal:
    return signed_in(company.anna, "laptop")


@pytest.fixture
def desktop(company: Company) -> Principal:
    return signed_in(company.anna, "desktop")


def signed_in(person: Person, device: str) -> Principal:
    company = person.company

    def work(conn: Connection) -> Principal | None:
        now_ms = company.clock.now_ms()
        token, _ = accounts.issue_token(conn, person.principal.user_id, device.title(), device, now_ms)
        return accounts.authenticate(conn, token, now_ms)

    principal = company.database.run(work)
    assert principal is not None
    return principal


def devices(company: Company, who: Principal, user_id: int | None = None) -> list[Device]:
    now_ms = company.clock.now_ms()
    return company.database.read(lambda conn: sign_ins.page(conn, who, user_id, None, 100, now_ms)).items


def names(company: Company, who: Principal, user_id: int | None = None) -> list[str]:
    return [device.name for device in devices(company, who, user_id)]


def revoke(company: Company, who: Principal, token_id: int) -> None:
    company.database.run(lambda conn: sign_ins.revoke(conn, who, token_id, company.clock.now_ms()))


def sign_out(company: Company, who: Principal) -> None:
    company.database.run(lambda conn: sign_ins.sign_out(conn, who, company.clock.now_ms()))


def trail(company: Company) -> list[tuple[Any, ...]]:
    return company.rows("SELECT actor_user_id, action, subject_id FROM audit_entries ORDER BY seq")


# ---- the list


def test_all_of_ones_sign_ins(company: Company, laptop: Principal, desktop: Principal) -> None:
    signed_in(company.ben, "bens")
    assert devices(company, laptop) == [
        Device(laptop.token_id, laptop.user_id, "Laptop", False, True, at("8:00"), None, None),
        Device(desktop.token_id, laptop.user_id, "Desktop", False, False, at("8:00"), None, None),
    ]


def test_a_browser_is_among_them(company: Company, laptop: Principal) -> None:
    now_ms = company.clock.now_ms()
    company.database.run(lambda conn: browsers.open_session(conn, laptop.user_id, "Firefox", now_ms))
    browser = devices(company, laptop)[-1]
    assert (browser.name, browser.is_browser, browser.last_used_at) == ("Firefox", True, at("8:00"))
    company.clock.advance(hours=12)
    assert names(company, laptop) == ["Laptop"]


def test_page_by_page(company: Company, laptop: Principal, desktop: Principal) -> None:
    now_ms = company.clock.now_ms()
    first = company.database.read(lambda conn: sign_ins.page(conn, laptop, None, None, 1, now_ms))
    assert [device.name for device in first.items] == ["Laptop"]
    second = company.database.read(lambda conn: sign_ins.page(conn, laptop, None, first.next, 1, now_ms))
    assert ([device.name for device in second.items], second.next) == (["Desktop"], None)


def test_anothers_are_for_administrators(company: Company, laptop: Principal) -> None:
    root = company.hire("root", [], Role.ADMIN).principal
    boss = company.hire("boss", ["BP"], Role.MANAGER).principal
    assert names(company, root, laptop.user_id) == ["Laptop"]
    assert names(company, laptop, laptop.user_id) == ["Laptop"]
    with pytest.raises(Forbidden):
        devices(company, boss, laptop.user_id)
    with pytest.raises(NotFound):
        devices(company, root, 999_999)


# ---- revoking


def test_one_of_ones_own(company: Company, laptop: Principal, desktop: Principal) -> None:
    revoke(company, laptop, desktop.token_id)
    assert names(company, laptop) == ["Laptop"]
    assert trail(company) == [(laptop.user_id, "device.revoked", str(desktop.token_id))]
    with pytest.raises(NotFound):
        revoke(company, laptop, desktop.token_id)


def test_the_one_in_use_is_signed_out_instead(company: Company, laptop: Principal) -> None:
    with pytest.raises(Conflict):
        revoke(company, laptop, laptop.token_id)


def test_anothers_only_by_an_administrator(company: Company, laptop: Principal) -> None:
    boss = company.hire("boss", ["BP"], Role.MANAGER).principal
    for other in (signed_in(company.ben, "bens"), boss):
        with pytest.raises(NotFound):
            revoke(company, other, laptop.token_id)
    revoke(company, company.hire("root", [], Role.ADMIN).principal, laptop.token_id)
    assert names(company, laptop) == []


def test_all_others(company: Company, laptop: Principal, desktop: Principal) -> None:
    bens = signed_in(company.ben, "bens")
    for count in (1, 0):
        now_ms = company.clock.now_ms()
        assert company.database.run(lambda conn: sign_ins.revoke_others(conn, laptop, now_ms)) == count  # noqa: B023  # at once
    assert names(company, laptop) == ["Laptop"]
    assert names(company, bens) == ["Bens"]
    assert len(trail(company)) == 1


def test_what_opens_nothing_any_more_is_tidied_away(company: Company, laptop: Principal) -> None:
    now_ms = company.clock.now_ms()
    company.database.run(lambda conn: browsers.open_session(conn, laptop.user_id, "Firefox", now_ms))
    tidy = company.database.run
    assert tidy(lambda conn: sign_ins.forget_ended(conn, company.clock.now_ms())) == 0
    company.clock.advance(hours=12)
    assert tidy(lambda conn: sign_ins.forget_ended(conn, company.clock.now_ms())) == 1
    assert names(company, laptop) == ["Laptop"]


# ---- signing out and the timer


def set_pause_on_logout(company: Company, *, wanted: bool) -> None:
    company.write("UPDATE time_tracking_settings SET auto_pause_on_logout = ?", wanted)


def test_signing_out_pauses_where_it_is_set_so(company: Company, laptop: Principal) -> None:
    set_pause_on_logout(company, wanted=True)
    company.anna.start("BP-1")
    company.clock.advance(minutes=30)
    sign_out(company, laptop)
    company.clock.advance(hours=5)
    log = company.anna.log("BP-1")
    assert (log.status, log.paused_at, log.duration_seconds) == (TimerStatus.PAUSED, at("8:30"), 1800)
    assert trail(company) == [(laptop.user_id, "device.revoked", str(laptop.token_id))]
    company.check()


def test_signing_out_leaves_the_timer_running_elsewise(company: Company, laptop: Principal) -> None:
    set_pause_on_logout(company, wanted=False)
    company.anna.start("BP-1")
    sign_out(company, laptop)
    assert company.anna.status().status is TimerStatus.RUNNING


def test_signing_out_without_a_running_timer(company: Company, laptop: Principal, desktop: Principal) -> None:
    set_pause_on_logout(company, wanted=True)
    sign_out(company, laptop)
    company.anna.start("BP-1")
    company.anna.pause()
    sign_out(company, desktop)
    assert company.anna.status().status is TimerStatus.PAUSED


def test_when_the_pause_cannot_be_written_nobody_is_signed_out(company: Company, laptop: Principal) -> None:
    """Both are one transaction."""
    set_pause_on_logout(company, wanted=True)
    company.anna.start("BP-1")

    def work(conn: Connection) -> None:
        sign_ins.sign_out(conn, laptop, company.clock.now_ms())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        company.database.run(work)
    assert names(company, laptop) == ["Laptop"]
    assert company.anna.status().status is TimerStatus.RUNNING
