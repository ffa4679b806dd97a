"""How do projects, issues and members come about and change, and by whom?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from server.db.session import Connection
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.messages import (
    ChangeIssue,
    ChangeProject,
    Issue,
    NewIssue,
    NewProject,
    Project,
    Role,
)
from server.services.projects import catalog, planning
from tests.server.company import Company, Person
from tests.server.daytime import at

T = TypeVar("T")


@pytest.fixture
def boss(company: Company) -> Person:
    """Manager of BP."""
    return company.hire("boss", ["BP"], Role.MANAGER)


def write(person: Person, work: Callable[[Connection, Any, int], T]) -> T:
    company = person.company
    return company.database.run(lambda conn: work(conn, person.principal, company.clock.now_ms()))


def found(by: Person, key: str = "NEW", name: str = " The new one ") -> Project:
    return write(by, lambda conn, who, now: planning.add_project(conn, who, NewProject(key, name), now))


def change(by: Person, project: str, **asked: Any) -> Project:
    project_id = by.company.projects[project]
    return write(
        by,
        lambda conn, who, now: planning.change_project(conn, who, project_id, ChangeProject(**asked), now),
    )


def add(by: Person, project: str, key: str, summary: str = "About it") -> Issue:
    new = NewIssue(by.company.projects[project], key, summary)
    return write(by, lambda conn, who, now: planning.add_issue(conn, who, new, now))


def alter(by: Person, issue: str, **asked: Any) -> Issue:
    issue_id = by.company.issues[issue]
    return write(
        by, lambda conn, who, now: planning.change_issue(conn, who, issue_id, ChangeIssue(**asked), now)
    )


def put(by: Person, project: str, user_id: int) -> str:
    project_id = by.company.projects[project]
    member = write(by, lambda conn, who, now: planning.put_member(conn, who, project_id, user_id, now))
    return member.name


def remove(by: Person, project: str, user_id: int) -> None:
    project_id = by.company.projects[project]
    write(by, lambda conn, who, now: planning.remove_member(conn, who, project_id, user_id, now))


def members(by: Person, project: str) -> list[str]:
    project_id = by.company.projects[project]
    page = by.company.database.read(
        lambda conn: planning.member_page(conn, by.principal, project_id, None, 100)
    )
    return [member.name for member in page.items]


def actions(company: Company) -> list[tuple[Any, ...]]:
    return company.rows("SELECT action, subject_id, project_id FROM audit_entries ORDER BY seq")


# ---- projects


def test_a_manager_founds_a_project_and_manages_it(company: Company, boss: Person) -> None:
    project = found(boss)
    company.projects["NEW"] = project.id
    assert (project.key, project.name, project.is_archived) == ("NEW", "The new one", False)
    assert members(boss, "NEW") == ["Boss"]
    assert add(boss, "NEW", "NEW-1").project_key == "NEW"
    assert [action for action, *_ in actions(company)] == ["project.added", "issue.added"]


def test_a_member_founds_none(company: Company) -> None:
    with pytest.raises(Forbidden):
        found(company.anna)


def test_a_key_is_taken_once(company: Company, boss: Person) -> None:
    with pytest.raises(Conflict):
        found(boss, "WEB")
    with pytest.raises(Conflict):
        change(boss, "BP", key="WEB")


def test_who_may_change_a_project(company: Company, boss: Person) -> None:
    assert change(boss, "BP", name="Better").name == "Better"
    with pytest.raises(Forbidden):
        change(company.anna, "BP", name="Mine")
    with pytest.raises(NotFound):
        change(boss, "WEB", name="Mine")
    with pytest.raises(NotFound):
        change(company.anna, "WEB", name="Mine")
    assert change(company.hire("root", [], Role.ADMIN), "WEB", name="Ours").name == "Ours"


def test_a_new_key_reaches_the_copies_of_the_issues(company: Company, boss: Person) -> None:
    company.clock.advance(hours=1)
    change(boss, "BP", key="PB")
    page = company.database.read(
        lambda conn: catalog.issues(conn, company.anna.principal, None, None, at("8:30"), None, 100)
    )
    assert len(page.items) == 10
    assert {issue.project_key for issue in page.items} == {"PB"}


# ---- archived


def test_no_timer_starts_on_an_archived_project(company: Company, boss: Person) -> None:
    company.anna.start("BP-1")
    company.clock.advance(minutes=30)
    change(boss, "BP", is_archived=True)
    company.anna.stop()
    assert company.anna.log("BP-1").duration_seconds == 1800
    with pytest.raises(Conflict, match="archived"):
        company.anna.start("BP-2")
    change(boss, "BP", is_archived=False)
    company.anna.start("BP-2")
    company.check()


def test_time_from_before_counts_and_time_from_after_is_held(company: Company, boss: Person) -> None:
    """What a device was without a network for does not depend on when it comes."""
    company.clock.advance(hours=1)
    change(boss, "BP", is_archived=True)
    company.clock.advance(hours=1)
    change(boss, "BP", name="Still archived")
    device = company.anna.device()
    device.start("BP-1", "8:30")
    device.stop("8:45")
    device.start("BP-2", "9:15")
    device.stop("9:30")
    results = device.sync()
    assert [(result.outcome, result.code) for result in results][:3] == [
        ("applied", None),
        ("applied", None),
        ("held", "PROJECT_ARCHIVED"),
    ]
    assert company.anna.counted("BP-1") == ["8:30-8:45"]
    assert company.anna.counted("BP-2") == []
    company.check()


# ---- issues


def test_an_issue(company: Company, boss: Person) -> None:
    issue = add(boss, "BP", "BP-77", " Do it ")
    assert (issue.key, issue.summary, issue.status) == ("BP-77", "Do it", "open")
    company.issues["BP-77"] = issue.id
    assert alter(boss, "BP-77", summary="Done", status="closed").status == "closed"
    assert actions(company) == [
        ("issue.added", str(issue.id), company.projects["BP"]),
        ("issue.changed", str(issue.id), company.projects["BP"]),
    ]


def test_who_may_change_issues(company: Company, boss: Person) -> None:
    with pytest.raises(Forbidden):
        add(company.anna, "BP", "BP-77")
    with pytest.raises(Forbidden):
        alter(company.anna, "BP-1", summary="Mine")
    for stranger in (boss, company.anna):
        with pytest.raises(NotFound):
            add(stranger, "WEB", "WEB-77")
        with pytest.raises(NotFound):
            alter(stranger, "WEB-1", summary="Mine")


def test_nobody_takes_the_keys_of_another_project(company: Company, boss: Person) -> None:
    with pytest.raises(Invalid):
        add(boss, "BP", "WEB-77")
    with pytest.raises(Invalid):
        alter(boss, "BP-1", key="WEB-77")
    with pytest.raises(Conflict):
        add(boss, "BP", "BP-1")
    with pytest.raises(Conflict):
        alter(boss, "BP-1", key="BP-2")


def test_a_deleted_issue_comes_back(company: Company, boss: Person) -> None:
    issue_id = company.issues["BP-1"]
    for _ in range(2):
        write(boss, lambda conn, who, now: planning.delete_issue(conn, who, issue_id, now))
    with pytest.raises(Conflict):
        company.anna.start("BP-1")
    assert not alter(boss, "BP-1", is_deleted=False).is_deleted
    company.anna.start("BP-1")
    assert [action for action, *_ in actions(company)] == ["issue.changed", "issue.changed"]


# ---- members


def test_members_come_and_go(company: Company, boss: Person) -> None:
    found(boss)
    company.projects["NEW"] = company.rows("SELECT max(id) FROM projects")[0][0]
    carla = company.hire("carla", ["NEW"])
    user_id = carla.principal.user_id
    company.clock.advance(hours=1)
    assert put(boss, "BP", user_id) == put(boss, "BP", user_id) == "Carla"
    assert members(boss, "BP") == ["Anna", "Ben", "Boss", "Carla"]
    carla.start("BP-1")
    for _ in range(2):
        remove(boss, "BP", user_id)
    assert members(boss, "BP") == ["Anna", "Ben", "Boss"]
    with pytest.raises(NotFound):
        carla.start("BP-2")
    carla.stop()
    assert [action for action, *_ in actions(company)][1:] == ["member.added", "member.removed"]


def test_a_new_members_copy_learns_of_the_old_issues(company: Company, boss: Person) -> None:
    carla = company.hire("carla", [])
    company.clock.advance(hours=1)
    put(company.hire("root", [], Role.ADMIN), "BP", carla.principal.user_id)
    page = company.database.read(
        lambda conn: catalog.issues(conn, carla.principal, None, None, at("8:30"), None, 100)
    )
    assert len(page.items) == 10


def test_who_may_change_members(company: Company, boss: Person) -> None:
    anna = company.anna.principal.user_id
    with pytest.raises(Forbidden):
        members(company.anna, "BP")
    with pytest.raises(Forbidden):
        remove(company.ben, "BP", anna)
    with pytest.raises(NotFound):
        put(company.anna, "WEB", anna)
    with pytest.raises(NotFound):
        put(boss, "WEB", boss.principal.user_id)
    with pytest.raises(NotFound):
        members(boss, "WEB")


def test_who_cannot_become_a_member(company: Company, boss: Person) -> None:
    root = company.hire("root", [], Role.ADMIN)
    with pytest.raises(NotFound):
        put(root, "BP", 999_999)
    gone = company.hire("gone", [])
    company.write("UPDATE users SET is_active = ? WHERE id = ?", False, gone.principal.user_id)
    with pytest.raises(Conflict, match="switched off"):
        put(root, "BP", gone.principal.user_id)


def test_a_manager_cannot_look_at_anybody_by_adding_them(company: Company, boss: Person) -> None:
    carla = company.hire("carla", ["WEB"])
    with pytest.raises(NotFound):
        put(boss, "BP", carla.principal.user_id)
    assert put(company.hire("root", [], Role.ADMIN), "BP", carla.principal.user_id) == "Carla"
