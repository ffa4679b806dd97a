"""Does the audit trail say who changed what, and does it show that somebody touched it?"""

from __future__ import annotations

from typing import Any

import pytest

from server.db.session import Connection
from server.domain.errors import Forbidden, Invalid
from server.domain.messages import AuditEntry, Role
from server.domain.trail import Entry
from server.services import audit
from server.services.audit import TrailQuestion
from tests.server.company import Company, Person
from tests.server.daytime import at

BEFORE, AFTER = {"amount": "50.0000", "words": "Über „alles“ 😀"}, {"amount": "60.0000"}


@pytest.fixture
def root(company: Company) -> Person:
    return company.hire("root", [], Role.ADMIN)


@pytest.fixture
def kept(company: Company, root: Person) -> Company:
    """Three entries, an hour apart."""
    record(company, Entry(root.principal.user_id, "rate.set", "user", "7", BEFORE, AFTER))
    company.clock.advance(hours=1)
    bp = company.projects["BP"]
    record(company, Entry(company.anna.principal.user_id, "log.added", "log", "1", None, AFTER, bp))
    company.clock.advance(hours=1)
    record(company, Entry(None, "log.deleted", "log", "1", AFTER, None, bp))
    return company


def record(company: Company, entry: Entry) -> None:
    company.database.run(lambda conn: audit.record(conn, entry, company.clock.now_ms()))


def page(
    by: Person, cursor: str | None = None, limit: int = 100, **asked: Any
) -> tuple[list[int], str | None]:
    found = by.company.database.read(
        lambda conn: audit.page(conn, by.principal, TrailQuestion(limit, **asked), cursor)
    )
    return [entry.seq for entry in found.items], found.next


def broken_at(company: Company) -> int | None:
    return company.database.read(audit.broken_at)


# ---- reading


def test_an_entry_tells_all(kept: Company, root: Person) -> None:
    found = kept.database.read(lambda conn: audit.page(conn, root.principal, TrailQuestion(100), None))
    first = found.items[-1]
    assert len(first.chain) == 64
    assert first == AuditEntry(
        seq=1,
        at=at("8:00"),
        actor_user_id=root.principal.user_id,
        action="rate.set",
        subject_type="user",
        subject_id="7",
        project_id=None,
        before=BEFORE,
        after=AFTER,
        chain=first.chain,
    )


def test_newest_first_page_by_page(kept: Company, root: Person) -> None:
    assert page(root) == ([3, 2, 1], None)
    assert page(root, limit=2) == ([3, 2], "2")
    assert page(root, cursor="2", limit=2) == ([1], None)
    with pytest.raises(Invalid):
        page(root, cursor="x")


def test_each_filter(kept: Company, root: Person) -> None:
    assert page(root, actor_user_id=kept.anna.principal.user_id)[0] == [2]
    assert page(root, action="rate.set")[0] == [1]
    assert page(root, subject_type="log", subject_id="1")[0] == [3, 2]
    assert page(root, subject_id="8")[0] == []
    assert page(root, project_id=kept.projects["BP"])[0] == [3, 2]
    assert page(root, since_ms=at("9:00") * 1000)[0] == [3, 2]
    assert page(root, until_ms=at("9:00") * 1000)[0] == [1]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_only_administrators_read_it(kept: Company, role: Role) -> None:
    with pytest.raises(Forbidden):
        page(kept.hire("somebody", ["BP"], role))


# ---- the chain


def test_it_holds(company: Company, kept: Company) -> None:
    assert broken_at(kept) is None
    assert kept.database.read(audit.head).seq == 3


def test_an_empty_one_holds(company: Company) -> None:
    assert broken_at(company) is None


@pytest.mark.parametrize(
    "change",
    [
        "at_ms = at_ms + 1",
        "actor_user_id = actor_user_id + 1",
        "actor_user_id = NULL",
        "action = 'rate.get'",
        "subject_type = 'users'",
        "subject_id = '2'",
        "project_id = NULL",
        "before_json = '{}'",
        'after_json = \'{"amount":"61.0000"}\'',
        "chain = '0'",
        "seq = 9",
    ],
)
def test_whatever_is_changed_is_seen(kept: Company, change: str) -> None:
    before = kept.rows("SELECT * FROM audit_entries ORDER BY seq")
    kept.write(f"UPDATE audit_entries SET {change} WHERE seq = 2")  # noqa: S608  # of this file
    if kept.rows("SELECT * FROM audit_entries ORDER BY seq") == before:
        pytest.fail("this changes nothing")
    assert broken_at(kept) == 2


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_whatever_is_removed_is_seen(kept: Company, seq: int) -> None:
    kept.write("DELETE FROM audit_entries WHERE seq = ?", seq)
    assert broken_at(kept) == seq


def test_an_entry_at_the_end_that_nobody_recorded_is_seen(kept: Company) -> None:
    kept.write(
        "INSERT INTO audit_entries (seq, at_ms, action, subject_type, subject_id, chain)"
        " VALUES (4, 0, 'rate.set', 'user', '7', 'x')"
    )
    assert broken_at(kept) == 4


def test_a_change_that_fails_leaves_no_entry(company: Company) -> None:
    def work(conn: Connection) -> None:
        audit.record(conn, Entry(None, "rate.set", "user", "7", None, AFTER), 0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        company.database.run(work)
    assert company.database.read(audit.head).seq == 0
    assert broken_at(company) is None


def test_it_is_longer_than_what_is_read_at_once(company: Company) -> None:
    def work(conn: Connection) -> None:
        for number in range(1001):
            audit.record(conn, Entry(None, "rate.set", "user", str(number), None, AFTER), number)

    company.database.run(work)
    assert broken_at(company) is None
    company.write("UPDATE audit_entries SET subject_id = 'x' WHERE seq = 1001")
    assert broken_at(company) == 1001
