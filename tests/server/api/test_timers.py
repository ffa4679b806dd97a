"""What refuses a timer over the API, and what never does?"""

from __future__ import annotations

import pytest

from tests.server.api.front import Caller, Front, refused, understood
from tests.server.daytime import at


def test_an_unknown_issue(front: Front, anna: Caller) -> None:
    body = {"issue_id": 4711, "project_id": 1}
    refused(anna.act("start", body), 404, "not_found")


def test_an_issue_of_another_project(front: Front, anna: Caller) -> None:
    body = {"issue_id": front.company.issues["BP-1"], "project_id": front.company.projects["WEB"]}
    refused(anna.act("start", body), 422, "invalid", "project_id")


def test_a_project_of_others(anna: Caller) -> None:
    refused(anna.start("WEB-1"), 404, "not_found")


def test_an_issue_that_was_deleted(front: Front, anna: Caller) -> None:
    front.company.delete_issue("BP-1")
    refused(anna.start("BP-1"), 409, "conflict")


def test_a_locked_budget_refuses_a_start_and_never_a_stop(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    front.company.set_budget("BP", 100)
    front.company.lock_budget("BP", "8:00")
    front.company.clock.advance(minutes=1)
    refused(anna.start("BP-2"), 423, "locked")
    assert anna.act("stop").status_code == 200
    refused(anna.start("BP-2"), 423, "locked")


@pytest.mark.parametrize("action", ["pause", "resume", "stop"])
def test_without_a_timer(anna: Caller, action: str) -> None:
    refused(anna.act(action), 409, "no_timer")


def test_what_is_paused_cannot_be_paused_again(anna: Caller) -> None:
    anna.start("BP-1")
    anna.act("pause")
    refused(anna.act("pause"), 409, "already_paused")


def test_what_runs_cannot_be_resumed(anna: Caller) -> None:
    anna.start("BP-1")
    refused(anna.act("resume"), 409, "not_paused")


def test_a_start_stops_what_runs(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    front.company.clock.advance(minutes=30)
    anna.start("BP-2")
    [second, first] = anna.get("/time-tracking/logs")["items"]
    assert (first["status"], first["end_time"]) == ("stopped", at("8:30"))
    assert (second["status"], second["start_time"]) == ("running", at("8:30"))


@pytest.mark.parametrize("body", [None, b"", b"{}", b' {"description": null} '])
def test_a_stop_needs_no_words(anna: Caller, body: bytes | None) -> None:
    anna.start("BP-1")
    reply = anna.act("stop") if body is None else anna.send("/time-tracking/stop", body)
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("description", ["Fixed “it”\n\u0001\t🙂", "x" * 10_000])
def test_every_description_is_kept_as_it_is(anna: Caller, description: str) -> None:
    anna.start("BP-1")
    assert anna.act("stop", {"description": description}).status_code == 200
    assert anna.get("/time-tracking/logs")["items"][0]["description"] == description


def test_ben_does_not_see_annas_timer(anna: Caller, ben: Caller) -> None:
    anna.start("BP-1")
    assert understood(ben.status())["status"] == "stopped"
    refused(ben.act("stop"), 409, "no_timer")
    assert understood(anna.status())["status"] == "running"


# ---- status


def test_nothing_is_sent_when_nothing_changed(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    first = anna.status()
    front.company.clock.advance(minutes=5)
    again = anna.status(first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"] == f'"{understood(first)["revision"]}"'


def test_a_change_is_sent(front: Front, anna: Caller) -> None:
    before = anna.status().headers["etag"]
    anna.start("BP-1")
    reply = anna.status(before)
    assert reply.status_code == 200
    assert understood(reply)["status"] == "running"


def test_a_change_of_the_budget_is_sent(front: Front, anna: Caller) -> None:
    front.company.set_budget("BP", 100)
    anna.start("BP-1")
    before = anna.status().headers["etag"]
    front.company.set_budget("BP", 10)
    assert anna.status(before).status_code == 200


@pytest.mark.parametrize("given", ['W/"{}"', '"other", "{}"', "*"])
def test_other_ways_to_ask_whether_it_changed(anna: Caller, given: str) -> None:
    """RFC 9110, 13.1.2."""
    etag = anna.status().headers["etag"].strip('"')
    assert anna.status(given.replace("{}", etag)).status_code == 304


def test_a_longer_etag_is_another_one(anna: Caller) -> None:
    etag = anna.status().headers["etag"].strip('"')
    assert anna.status(f'"1{etag}"').status_code == 200


# ---- a request that comes twice


@pytest.mark.parametrize("key", ["k", "0190-ä".encode("ascii", "ignore").decode(), "x" * 200, "a b"])
def test_a_repeat_gets_the_first_answer_byte_for_byte(front: Front, anna: Caller, key: str) -> None:
    first = anna.start("BP-1", key)
    front.company.clock.advance(minutes=5)
    again = anna.start("BP-1", key)
    assert again.content == first.content
    assert again.status_code == 200
    assert len(anna.get("/time-tracking/logs")["items"]) == 1
    assert len(front.said("Timer started")) == 1


@pytest.mark.parametrize("action", ["pause", "resume", "stop"])
def test_each_action_can_come_twice(front: Front, anna: Caller, action: str) -> None:
    anna.start("BP-1")
    if action == "resume":
        anna.act("pause")
    front.company.clock.advance(minutes=5)
    first = anna.act(action, key="once")
    front.company.clock.advance(minutes=5)
    assert anna.act(action, key="once").content == first.content
    assert first.status_code == 200


def test_the_same_request_said_in_other_spacing_is_the_same(front: Front, anna: Caller) -> None:
    issue, project = front.company.issues["BP-1"], front.company.projects["BP"]
    said = f'{{ "project_id": {project}, "issue_id": {issue} }}'.encode()
    first = anna.start("BP-1", "k")
    again = anna.ask("POST", "/time-tracking/start", {"Idempotency-Key": "k"}, content=said)
    assert again.content == first.content


def test_another_request_with_the_same_key(anna: Caller) -> None:
    anna.start("BP-1", "k")
    refused(anna.start("BP-2", "k"), 422, "idempotency_key_reused")
    refused(anna.act("stop", key="k"), 422, "idempotency_key_reused")


def test_another_persons_key_is_another_key(anna: Caller, ben: Caller) -> None:
    anna.start("BP-1", "k")
    assert understood(ben.start("BP-1", "k"))["time_log_id"] == 2


def test_a_refusal_is_not_remembered(anna: Caller) -> None:
    """It changed nothing, so it may work the next time."""
    refused(anna.act("stop", key="k"), 409, "no_timer")
    anna.start("BP-1")
    assert anna.act("stop", key="k").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there", "\u00e9"])
def test_a_key_that_is_none(anna: Caller, key: str) -> None:
    reply = anna.ask(
        "POST",
        "/time-tracking/stop",
        headers={"Idempotency-Key": key.encode("latin-1")},  # type: ignore[dict-item]  # httpx takes bytes
    )
    refused(reply, 422, "invalid", "Idempotency-Key")
