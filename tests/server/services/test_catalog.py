"""Does a person find the projects and issues on which they may spend time, and no others?"""

from __future__ import annotations

import pytest

from server.domain.errors import Conflict, Invalid
from server.domain.messages import Issue, IssuePage, Role
from server.services.company import identity
from server.services.projects import catalog
from tests.server.company import Company, Person
from tests.server.daytime import at


def find(
    person: Person,
    q: str | None = None,
    *,
    project: str | None = None,
    since: int | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> IssuePage:
    company = person.company
    project_id = None if project is None else company.projects[project]
    return company.database.read(
        lambda conn: catalog.issues(conn, person.principal, q, project_id, since, cursor, limit)
    )


def keys(page: IssuePage) -> list[str]:
    return [issue.key for issue in page.items]


def projects(person: Person, cursor: str | None = None, limit: int = 100) -> tuple[list[str], str | None]:
    page = person.company.database.read(lambda conn: catalog.projects(conn, person.principal, cursor, limit))
    return [project.key for project in page.items], page.next


def test_projects_of_members_and_administrators(company: Company) -> None:
    assert projects(company.anna) == (["BP"], None)
    assert projects(company.ben) == (["BP", "WEB"], None)
    assert projects(company.hire("manager", [], Role.MANAGER)) == ([], None)
    assert projects(company.hire("boss", [], Role.ADMIN)) == (["BP", "WEB"], None)


def test_projects_page_by_page(company: Company) -> None:
    first, cursor = projects(company.ben, limit=1)
    assert first == ["BP"]
    assert projects(company.ben, cursor, limit=1) == (["WEB"], None)
    with pytest.raises(Invalid):
        projects(company.ben, "x")


def test_an_issue_tells_all(company: Company) -> None:
    [issue] = find(company.anna, "About BP-3").items
    assert issue == Issue(
        id=company.issues["BP-3"],
        key="BP-3",
        summary="About BP-3",
        project_id=company.projects["BP"],
        project_key="BP",
        status="open",
        is_deleted=False,
        updated_at=at("8:00"),
    )


def test_issues_of_ones_projects(company: Company) -> None:
    assert {key.split("-", maxsplit=1)[0] for key in keys(find(company.anna))} == {"BP"}
    assert len(keys(find(company.ben))) == 20
    assert keys(find(company.anna, project="WEB")) == []
    assert len(keys(find(company.ben, project="WEB"))) == 10
    assert len(keys(find(company.hire("boss", [], Role.ADMIN)))) == 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bp-7", ["BP-7"]),
        ("BP-1", ["BP-1", "BP-10"]),
        ("about bp-2", ["BP-2"]),
        ("%", []),
        ("_", []),
        ("nothing", []),
        ("' OR 1=1 --", []),
    ],
)
def test_search(company: Company, text: str, expected: list[str]) -> None:
    assert keys(find(company.anna, text)) == expected


@pytest.mark.parametrize("limit", [1, 3, 7, 20])
def test_issues_page_by_page(company: Company, limit: int) -> None:
    company.clock.advance(hours=1)
    company.issues["BP-11"] = company.add_issue(company.projects["BP"], "BP-11")
    shown: list[str] = []
    cursor = None
    for _ in range(30):  # more than enough
        page = find(company.ben, cursor=cursor, limit=limit)
        shown += keys(page)
        cursor = page.next
        if cursor is None:
            break
    assert len(shown) == len(set(shown)) == 21
    assert shown[-1] == "BP-11"


@pytest.mark.parametrize("cursor", ["1", "x.y", "1.2\n", ""])
def test_what_is_no_cursor(company: Company, cursor: str) -> None:
    with pytest.raises(Invalid):
        find(company.anna, cursor=cursor)


def test_a_copy_elsewhere_learns_what_changed_and_what_was_deleted(company: Company) -> None:
    company.clock.advance(hours=1)
    company.delete_issue("BP-4")
    assert "BP-4" not in keys(find(company.anna))
    [deleted] = find(company.anna, since=at("8:00:01")).items
    assert (deleted.key, deleted.is_deleted) == ("BP-4", True)
    assert len(keys(find(company.anna, since=at("8:00")))) == 10
    assert keys(find(company.anna, since=at("9:00:01"))) == []


def test_keys_are_taken_once(company: Company) -> None:
    with pytest.raises(Conflict, match="BP"):
        company.add_project("BP")
    with pytest.raises(Conflict, match="BP-1"):
        company.add_issue(company.projects["WEB"], "BP-1")
    with pytest.raises(Conflict):
        company.add_issue(999_999, "NEW-1")


def test_a_member_twice_is_a_member_once(company: Company) -> None:
    company.database.run(
        lambda conn: catalog.add_member(conn, company.projects["BP"], company.anna.principal.user_id, 0)
    )
    assert projects(company.anna) == (["BP"], None)


def test_the_company_has_a_name(company: Company) -> None:
    company.database.run(lambda conn: identity.rename(conn, "Hermann & Söhne"))
    now = company.database.read(identity.server_identity)
    assert (now.name, now.server_id) == ("Hermann & Söhne", company.server.server_id)
