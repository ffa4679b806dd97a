"""Who keeps webhooks, and what can they do with them?"""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.delivery import Errand, State
from server.domain.messages import Role
from server.domain.signature import check_of
from server.services.outside import notifications
from server.services.outside.webhooks import MOST
from tests.server.api.front import Caller, Front, refused
from tests.server.company import Company

URL = "https://example.com/hook?token=secret-of-theirs"


@pytest.fixture
def mara(front: Front, company: Company) -> Caller:
    """Manages BP."""
    return front.caller(company.hire("mara", ["BP"], Role.MANAGER))


@pytest.fixture
def ada(front: Front, company: Company) -> Caller:
    return front.caller(company.hire("ada", [], Role.ADMIN))


def add(caller: Caller, project: str | None = "BP", url: str = URL) -> Any:
    company = caller.front.company
    body = {"url": url, "project_id": None if project is None else company.projects[project]}
    reply = caller.post("/webhooks", body)
    assert reply.status_code == 201, reply.text
    return reply.json()


def tell(company: Company, key: str = "alert.1") -> None:
    now_ms = company.clock.now_ms()
    company.database.run(
        lambda conn: notifications.enqueue(conn, key, "budget_alert", company.projects["BP"], {}, now_ms)
    )
    company.database.run(lambda conn: notifications.spread(conn, now_ms, by_mail=False))


def give_up(company: Company) -> None:
    now_ms = company.clock.now_ms()
    [errand] = company.database.read(lambda conn: notifications.due(conn, now_ms, 10))

    def work(conn: Any) -> State:
        begun = notifications.begin(conn, errand, now_ms, 1.0)
        assert isinstance(begun, Errand)
        return notifications.failed(conn, begun, "It answered 410.", now_ms, for_good=True)

    assert company.database.run(work) is State.DEAD


# ---- keeping


def test_a_manager_keeps_those_of_their_projects(mara: Caller, company: Company) -> None:
    made = add(mara)
    assert mara.get("/webhooks") == {"items": [made["webhook"]], "next": None}
    assert made["webhook"] == {
        "id": made["webhook"]["id"],
        "project_id": company.projects["BP"],
        "url": URL,
        "created_by": mara.principal.user_id,
        "created_at": company.clock.now_ms() // 1000,
    }


def test_the_secret_is_shown_once_and_stored_nowhere(mara: Caller, company: Company) -> None:
    secret = add(mara)["secret"]
    assert secret.startswith("whsec_")
    assert secret not in mara.ask("GET", "/webhooks").text
    [(salt, check)] = company.rows("SELECT salt, secret_check FROM webhooks")
    assert secret not in (salt, check)
    assert check == check_of(secret)


def test_an_administrator_keeps_all(mara: Caller, ada: Caller) -> None:
    found = [add(mara)["webhook"], add(ada, None)["webhook"], add(ada, "WEB")["webhook"]]
    assert ada.get("/webhooks")["items"] == found
    assert mara.get("/webhooks")["items"] == found[:1]


def test_a_list_has_pages(ada: Caller) -> None:
    ids = [add(ada, None)["webhook"]["id"] for _ in range(3)]
    first = ada.get("/webhooks", limit=2)
    second = ada.get("/webhooks", limit=2, cursor=first["next"])
    assert [each["id"] for each in first["items"] + second["items"]] == ids
    assert second["next"] is None


def test_a_member_keeps_none(anna: Caller, company: Company) -> None:
    body = {"url": URL, "project_id": company.projects["BP"]}
    refused(anna.post("/webhooks", body), 403, "forbidden")
    refused(anna.ask("GET", "/webhooks"), 403, "forbidden")


def test_a_manager_keeps_none_of_other_projects(mara: Caller, company: Company) -> None:
    body = {"url": URL, "project_id": company.projects["WEB"]}
    refused(mara.post("/webhooks", body), 404, "not_found")
    refused(mara.post("/webhooks", {"url": URL}), 403, "forbidden")


def test_what_another_keeps_is_not_there(mara: Caller, ada: Caller, anna: Caller, company: Company) -> None:
    webhook_id = add(ada, "WEB")["webhook"]["id"]
    tell(company)
    for stranger in (mara, anna):
        refused(stranger.ask("DELETE", f"/webhooks/{webhook_id}"), 404, "not_found")
        refused(stranger.ask("GET", f"/webhooks/{webhook_id}/deliveries"), 404, "not_found")


def test_it_ends(mara: Caller, company: Company) -> None:
    webhook_id = add(mara)["webhook"]["id"]
    tell(company)
    assert mara.ask("DELETE", f"/webhooks/{webhook_id}").status_code == 204
    assert mara.get("/webhooks")["items"] == []
    assert company.rows("SELECT state FROM deliveries") == [("cancelled",)]
    refused(mara.ask("DELETE", f"/webhooks/{webhook_id}"), 404, "not_found")


def test_it_is_in_the_trail_without_its_address(mara: Caller, company: Company) -> None:
    webhook_id = add(mara)["webhook"]["id"]
    mara.ask("DELETE", f"/webhooks/{webhook_id}")
    question = "SELECT action, before_json, after_json FROM audit_entries WHERE subject_type = 'webhook' ORDER BY seq"
    facts = f'{{"host":"example.com","project_id":{company.projects["BP"]}}}'
    assert company.rows(question) == [("webhook.added", None, facts), ("webhook.ended", facts, None)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "http://example.com/",
        "https://",
        "https://user:password@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://[::1/",
        "https://exa mple.com/",
        "https://one..example.com/",
        "https://" + "x" * 64 + ".example.com/",
        "https://example.com/\r\nHost: other",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "javascript:alert(1)",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_an_address_that_cannot_be_called(ada: Caller, url: str) -> None:
    refused(ada.post("/webhooks", {"url": url}), 422, "invalid", "url")


def test_a_project_has_only_so_many(mara: Caller, ada: Caller, company: Company) -> None:
    """Each is called for each alert: nobody makes this server call somebody a thousand times."""
    made = [add(mara)["webhook"]["id"] for _ in range(MOST)]
    body = {"url": URL, "project_id": company.projects["BP"]}
    for caller in (mara, ada):
        refused(caller.post("/webhooks", body), 409, "conflict")
    add(ada, "WEB")
    add(ada, None)
    mara.ask("DELETE", f"/webhooks/{made[0]}")
    add(mara)


# ---- deliveries


def test_what_became_of_its_calls(mara: Caller, company: Company) -> None:
    webhook_id = add(mara)["webhook"]["id"]
    tell(company, "alert.1")
    give_up(company)
    tell(company, "alert.2")
    now = company.clock.now_ms() // 1000
    found = mara.get(f"/webhooks/{webhook_id}/deliveries")["items"]
    assert [each["key"] for each in found] == ["alert.2", "alert.1"]
    assert [each["state"] for each in found] == ["waiting", "dead"]
    assert [each["next_try_at"] for each in found] == [now, None]
    assert [each["settled_at"] for each in found] == [None, now]
    assert found[1]["last_error"] == "It answered 410."
    dead = mara.get(f"/webhooks/{webhook_id}/deliveries", state="dead")["items"]
    assert dead == found[1:]


def test_what_was_given_up_can_be_tried_again(mara: Caller, company: Company) -> None:
    webhook_id = add(mara)["webhook"]["id"]
    tell(company)
    give_up(company)
    [dead] = mara.get(f"/webhooks/{webhook_id}/deliveries")["items"]
    assert mara.post(f"/deliveries/{dead['id']}/retry").status_code == 200
    [again] = mara.get(f"/webhooks/{webhook_id}/deliveries")["items"]
    assert (again["state"], again["attempts"]) == ("waiting", 0)
    refused(mara.post(f"/deliveries/{dead['id']}/retry"), 409, "conflict")


def test_nobody_else_tries_it_again(mara: Caller, anna: Caller, front: Front, company: Company) -> None:
    other = front.caller(company.hire("olga", ["WEB"], Role.MANAGER))
    webhook_id = add(mara)["webhook"]["id"]
    tell(company)
    give_up(company)
    [dead] = mara.get(f"/webhooks/{webhook_id}/deliveries")["items"]
    for stranger in (anna, other):
        refused(stranger.post(f"/deliveries/{dead['id']}/retry"), 404, "not_found")
    refused(mara.post("/deliveries/4711/retry"), 404, "not_found")


def test_the_deliveries_have_pages(mara: Caller, company: Company) -> None:
    webhook_id = add(mara)["webhook"]["id"]
    for number in range(3):
        tell(company, f"alert.{number}")
    first = mara.get(f"/webhooks/{webhook_id}/deliveries", limit=2)
    second = mara.get(f"/webhooks/{webhook_id}/deliveries", limit=2, cursor=first["next"])
    keys = [each["key"] for each in first["items"] + second["items"]]
    assert keys == ["alert.2", "alert.1", "alert.0"]
    assert second["next"] is None
