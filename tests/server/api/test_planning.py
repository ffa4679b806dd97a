"""How do projects, issues, members and the audit trail look from outside?"""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, refused
from tests.server.daytime import at


@pytest.fixture
def boss(front: Front) -> Caller:
    """Manager of BP."""
    return front.caller(front.company.hire("boss", ["BP"], Role.MANAGER))


@pytest.fixture
def root(front: Front) -> Caller:
    return front.caller(front.company.hire("root", [], Role.ADMIN))


def test_a_project_from_its_founding_to_its_end(front: Front, boss: Caller) -> None:
    made = boss.post("/projects", {"key": "APP", "name": "The app"})
    assert made.status_code == 201
    project = made.json()
    assert project == {
        "id": project["id"],
        "key": "APP",
        "name": "The app",
        "is_archived": False,
        "updated_at": at("8:00"),
    }
    path = f"/projects/{project['id']}"
    assert boss.get(path) == project
    changed = boss.ask("PATCH", path, json={"is_archived": True})
    assert changed.json() == {**project, "is_archived": True}
    assert boss.get(path)["is_archived"]


def test_an_issue_from_its_making_to_its_end(front: Front, boss: Caller, anna: Caller) -> None:
    bp = front.company.projects["BP"]
    made = boss.post("/issues", {"project_id": bp, "key": "BP-77", "summary": "Do it"})
    assert made.status_code == 201
    path = f"/issues/{made.json()['id']}"
    assert anna.get(path)["summary"] == "Do it"
    assert boss.ask("PATCH", path, json={"status": "closed"}).json()["status"] == "closed"
    deleted = boss.ask("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert anna.get(path)["is_deleted"]
    assert boss.ask("PATCH", path, json={"is_deleted": False}).json()["is_deleted"] is False


def test_members(front: Front, boss: Caller, root: Caller) -> None:
    company = front.company
    carla = company.hire("carla", [])
    path = f"/projects/{company.projects['BP']}/members"
    put = root.ask("PUT", f"{path}/{carla.principal.user_id}")
    assert put.json() == {
        "user_id": carla.principal.user_id,
        "email": "carla@demo.test",
        "name": "Carla",
        "role": "member",
        "is_active": True,
        "since": at("8:00"),
    }
    first = boss.get(path, limit=3)
    second = boss.get(path, limit=3, cursor=first["next"])
    assert [each["name"] for each in first["items"] + second["items"]] == ["Anna", "Ben", "Boss", "Carla"]
    assert second["next"] is None
    assert boss.ask("DELETE", f"{path}/{carla.principal.user_id}").status_code == 204
    assert len(boss.get(path)["items"]) == 3


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"key": "app"}, "key"),
        ({"key": "APP\n"}, "key"),
        ({"key": "APP 1"}, "key"),
        ({"key": "A" * 21}, "key"),
        ({"key": "1A"}, "key"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"is_archived": True}, "is_archived"),
        ({"id": 1}, "id"),
    ],
)
def test_a_project_that_is_none(boss: Caller, said: dict[str, Any], field: str) -> None:
    refused(boss.post("/projects", {"key": "APP", "name": "The app", **said}), 422, "invalid", field)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"key": "BP-0"}, "key"),
        ({"key": "BP-01"}, "key"),
        ({"key": "BP"}, "key"),
        ({"key": "BP-77\n"}, "key"),
        ({"key": "WEB-77"}, "key"),
        ({"summary": " "}, "summary"),
        ({"summary": "two\nlines"}, "summary"),
        ({"summary": "x" * 1001}, "summary"),
        ({"status": "x" * 41}, "status"),
        ({"is_deleted": False}, "is_deleted"),
    ],
)
def test_an_issue_that_is_none(front: Front, boss: Caller, said: dict[str, Any], field: str) -> None:
    body = {"project_id": front.company.projects["BP"], "key": "BP-77", "summary": "Do it", **said}
    refused(boss.post("/issues", body), 422, "invalid", field)


def test_words_of_any_language_are_kept(front: Front, boss: Caller) -> None:
    summary = "Grüße 👋 עברית \u202ex"
    body = {"project_id": front.company.projects["BP"], "key": "BP-77", "summary": summary}
    assert boss.post("/issues", body).json()["summary"] == summary


def test_what_was_done_is_in_the_trail(front: Front, boss: Caller, root: Caller) -> None:
    company = front.company
    bp = company.projects["BP"]
    boss.ask("PATCH", f"/projects/{bp}", json={"name": "Better"})
    company.clock.advance(hours=1)
    boss.ask("DELETE", f"/projects/{bp}/members/{company.anna.principal.user_id}")
    page = root.get("/audit", project=bp)
    for entry in page["items"]:
        assert len(entry.pop("chain")) == 64
    assert page == {
        "items": [
            {
                "seq": 2,
                "at": at("9:00"),
                "actor_user_id": boss.principal.user_id,
                "action": "member.removed",
                "subject_type": "member",
                "subject_id": str(company.anna.principal.user_id),
                "project_id": bp,
                "before": {"project_id": bp},
                "after": None,
            },
            {
                "seq": 1,
                "at": at("8:00"),
                "actor_user_id": boss.principal.user_id,
                "action": "project.changed",
                "subject_type": "project",
                "subject_id": str(bp),
                "project_id": bp,
                "before": {"name": "Bp"},
                "after": {"name": "Better"},
            },
        ],
        "next": None,
    }
    asked = {"actor": boss.principal.user_id, "from": at("8:30"), "to": at("9:30"), "subject_type": "member"}
    assert [entry["seq"] for entry in root.get("/audit", **asked)["items"]] == [2]
    first = root.get("/audit", limit=1)
    assert [entry["seq"] for entry in root.get("/audit", limit=1, cursor=first["next"])["items"]] == [1]
