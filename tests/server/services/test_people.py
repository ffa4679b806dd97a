"""Who gets an account, who may change it, and what becomes of the person's sign-ins and timer?"""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from server.db.session import Connection
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.messages import ChangeUser, NewUser, Role, TimerStatus, User, UserPage
from server.domain.passwords import hash_password
from server.services import audit
from server.services.staff import accounts, people
from tests.server.company import Company, Person
from tests.server.daytime import at

HASH = "a hash"


@pytest.fixture
def root(company: Company) -> Person:
    return company.hire("root", [], Role.ADMIN)


@pytest.fixture
def boss(company: Company) -> Person:
    """Manager of BP."""
    return company.hire("boss", ["BP"], Role.MANAGER)


def seen(by: Person, *, q: str | None = None, is_active: bool | None = None) -> list[str]:
    company = by.company
    page: UserPage = company.database.read(
        lambda conn: people.page(conn, by.principal, q, is_active, None, 100)
    )
    return [user.name for user in page.items]


def add(by: Person | None, company: Company, email: str = "carl@demo.test", role: Role = Role.MEMBER) -> User:
    who = None if by is None else by.principal
    new = NewUser(email=email, name=" Carl ", role=role)
    return company.database.run(lambda conn: people.add(conn, who, new, HASH, company.clock.now_ms()))


def change(by: Person | None, whom: Person, password_hash: str | None = None, **asked: Any) -> User:
    company = whom.company
    who = None if by is None else by.principal
    return company.database.run(
        lambda conn: people.change(
            conn,
            who,
            whom.principal.user_id,
            ChangeUser(**asked),
            password_hash,
            company.clock.now_ms(),
        )
    )


def find(by: Person, whom: Person) -> str:
    return by.company.database.read(lambda conn: people.find(conn, by.principal, whom.principal.user_id)).name


def sign_in(person: Person, device_id: str = "laptop") -> str:
    def work(conn: Connection) -> str:
        now_ms = person.company.clock.now_ms()
        return accounts.issue_token(conn, person.principal.user_id, "Laptop", device_id, now_ms)[0]

    return person.company.database.run(work)


def opens(company: Company, token: str) -> bool:
    now_ms = company.clock.now_ms()
    return company.database.read(lambda conn: accounts.authenticate(conn, token, now_ms)) is not None


def trail(company: Company) -> list[tuple[Any, ...]]:
    return company.rows("SELECT actor_user_id, action, subject_id FROM audit_entries ORDER BY seq")


# ---- who sees whom


def test_an_administrator_sees_everybody(company: Company, root: Person) -> None:
    assert seen(root) == ["Anna", "Ben", "Root"]
    assert find(root, company.anna) == "Anna"


def test_a_manager_sees_the_members_of_their_projects(company: Company, boss: Person) -> None:
    carla = company.hire("carla", ["WEB"])
    assert seen(boss) == ["Anna", "Ben", "Boss"]
    assert find(boss, company.ben) == "Ben"
    with pytest.raises(NotFound):
        find(boss, carla)


def test_a_member_sees_themselves(company: Company) -> None:
    assert find(company.anna, company.anna) == "Anna"
    with pytest.raises(NotFound):
        find(company.anna, company.ben)
    with pytest.raises(Forbidden):
        seen(company.anna)


def test_a_manager_without_a_project_sees_themselves(company: Company) -> None:
    lonely = company.hire("lonely", [], Role.MANAGER)
    assert seen(lonely) == ["Lonely"]


def test_people_are_found_by_name_and_e_mail(company: Company, root: Person) -> None:
    assert seen(root, q="ANN") == ["Anna"]
    assert seen(root, q="ben@") == ["Ben"]
    assert seen(root, q="%") == []
    change(root, company.ben, is_active=False)
    assert seen(root, is_active=True) == ["Anna", "Root"]
    assert seen(root, is_active=False) == ["Ben"]


def test_page_by_page(company: Company, root: Person) -> None:
    names, cursor = [], None
    for _ in range(10):
        page = company.database.read(
            lambda conn: people.page(conn, root.principal, None, None, cursor, 1)  # noqa: B023  # read at once
        )
        names += [user.name for user in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert names == ["Anna", "Ben", "Root"]


# ---- new accounts


def test_a_new_account(company: Company, root: Person) -> None:
    carl = add(root, company, " Carl@Demo.TEST ")
    assert (carl.email, carl.name, carl.role, carl.is_active) == ("carl@demo.test", "Carl", Role.MEMBER, True)
    assert trail(company) == [(root.principal.user_id, "user.added", str(carl.id))]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_only_administrators_give_accounts(company: Company, role: Role) -> None:
    somebody = company.hire("somebody", ["BP"], role)
    with pytest.raises(Forbidden):
        add(somebody, company)
    with pytest.raises(Forbidden):
        change(somebody, somebody, role=Role.ADMIN)
    with pytest.raises(Forbidden):
        change(somebody, company.anna, name="Anne")


def test_an_e_mail_belongs_to_one_person(company: Company, root: Person) -> None:
    with pytest.raises(Conflict):
        add(root, company, "ANNA@demo.test")
    with pytest.raises(Conflict):
        change(root, company.ben, email="Anna@demo.test")


def test_an_e_mail_that_grows_too_long_in_lower_case(company: Company, root: Person) -> None:
    """Such as the Turkish capital İ, which becomes two characters."""
    with pytest.raises(Invalid):
        add(root, company, f"{'İ' * 310}@demo.test")


# ---- changes


def test_only_what_is_named_changes(company: Company, root: Person) -> None:
    company.clock.advance(hours=1)
    changed = change(root, company.anna, name=" Anne ")
    assert (changed.name, changed.email, changed.role) == ("Anne", "anna@demo.test", Role.MEMBER)
    assert (changed.created_at, changed.updated_at) == (at("8:00"), at("9:00"))
    [(before, after)] = company.rows("SELECT before_json, after_json FROM audit_entries")
    assert (before, after) == ('{"name":"Anna"}', '{"name":"Anne"}')


def test_what_changes_nothing_is_no_change(company: Company, root: Person) -> None:
    change(root, company.anna, name="Anna", role=Role.MEMBER)
    change(root, company.anna)
    assert trail(company) == []


def test_nobody_there(company: Company, root: Person) -> None:
    with pytest.raises(NotFound):
        company.database.run(
            lambda conn: people.change(conn, root.principal, 999_999, ChangeUser(name="X"), None, 0)
        )


def test_a_role_counts_from_the_next_request_on(company: Company, root: Person) -> None:
    token = sign_in(company.anna)
    change(root, company.anna, role=Role.MANAGER)
    now = company.database.read(lambda conn: accounts.authenticate(conn, token, company.clock.now_ms()))
    assert now is not None
    assert now.role is Role.MANAGER


# ---- the last administrator


@pytest.mark.parametrize("asked", [{"role": Role.MEMBER}, {"role": Role.MANAGER}, {"is_active": False}])
def test_the_last_administrator_stays(company: Company, root: Person, asked: dict[str, Any]) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        change(root, root, **asked)
    second = company.hire("second", [], Role.ADMIN)
    change(second, root, **asked)
    with pytest.raises(Conflict, match="last administrator"):
        change(second, second, **asked)


def test_an_administrator_who_cannot_sign_in_is_none(company: Company, root: Person) -> None:
    second = company.hire("second", [], Role.ADMIN)
    change(root, second, is_active=False)
    with pytest.raises(Conflict, match="last administrator"):
        change(root, root, role=Role.MEMBER)
    change(root, second, role=Role.MEMBER)  # who is none already


def test_two_administrators_who_demote_each_other_at_once(company: Company, root: Person) -> None:
    """One of them is too late, on every database."""
    second = company.hire("second", [], Role.ADMIN)
    for _ in range(5):
        outcomes: list[str] = []

        def demote(by: Person, whom: Person, told: list[str] = outcomes) -> None:
            try:
                change(by, whom, role=Role.MEMBER)
            except Conflict:
                told.append("too late")
            else:
                told.append("demoted")

        pairs = ((root, second), (second, root))
        threads = [Thread(target=demote, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["demoted", "too late"]
        for person in (root, second):
            change(None, person, role=Role.ADMIN)


# ---- switched off


def test_whoever_is_switched_off_is_signed_out_everywhere(company: Company, root: Person) -> None:
    tokens = [sign_in(company.anna, device) for device in ("laptop", "desktop")]
    bens = sign_in(company.ben)
    change(root, company.anna, is_active=False)
    assert [opens(company, token) for token in [*tokens, bens]] == [False, False, True]
    change(root, company.anna, is_active=True)
    assert not any(opens(company, token) for token in tokens)


def test_their_timer_ends_at_that_second_and_keeps_its_time(company: Company, root: Person) -> None:
    company.anna.start("BP-1")
    company.clock.advance(minutes=30)
    change(root, company.anna, is_active=False)
    company.clock.advance(hours=5)
    log = company.anna.log("BP-1")
    assert (log.status, log.end_time, log.duration_seconds) == (TimerStatus.STOPPED, at("8:30"), 1800)
    assert company.rows("SELECT count(*) FROM active_timers") == [(0,)]
    company.check()


def test_a_paused_timer_ends_too(company: Company, root: Person) -> None:
    company.anna.start("BP-1")
    company.clock.advance(minutes=30)
    company.anna.pause()
    company.clock.advance(minutes=30)
    change(root, company.anna, is_active=False)
    assert company.anna.log("BP-1").duration_seconds == 1800
    assert company.rows("SELECT count(*) FROM active_timers") == [(0,)]
    company.check()


# ---- passwords


def test_a_new_password_ends_all_sign_ins(company: Company, root: Person) -> None:
    token = sign_in(company.anna)
    change(root, company.anna, hash_password("another one"))
    assert not opens(company, token)
    [(after,)] = company.rows("SELECT after_json FROM audit_entries")
    assert after == '{"password":"set"}'


def test_ones_own_password_is_not_set_without_the_old_one(company: Company, root: Person) -> None:
    with pytest.raises(Invalid):
        change(root, root, HASH)


def test_ones_own_new_password_keeps_this_sign_in_only(company: Company) -> None:
    here, there = sign_in(company.anna, "laptop"), sign_in(company.anna, "desktop")
    bens = sign_in(company.ben)
    now_ms = company.clock.now_ms()
    who = company.database.read(lambda conn: accounts.authenticate(conn, here, now_ms))
    assert who is not None
    ended = company.database.run(lambda conn: people.set_own_password(conn, who, HASH, now_ms))
    assert ended == 1
    assert [opens(company, token) for token in (here, there, bens)] == [True, False, True]


# ---- the server itself


def test_the_server_itself_needs_no_right(company: Company) -> None:
    carl = add(None, company, role=Role.ADMIN)
    assert trail(company) == [(None, "user.added", str(carl.id))]
    assert company.database.read(audit.broken_at) is None
