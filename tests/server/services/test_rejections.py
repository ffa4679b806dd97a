"""Does an action that cannot be applied stay visible, whole, and out of the way of what follows?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.domain.messages import OutcomeKind, Result
from tests.server.company import Company, Person
from tests.server.daytime import at
from tests.server.device import Device, instant, new_id


@pytest.fixture
def anna(company: Company) -> Person:
    company.clock.advance(hours=10)
    return company.anna


@pytest.fixture
def device(anna: Person) -> Device:
    return anna.device()


def letters(company: Company) -> list[tuple[str, str, dict[str, Any]]]:
    found = company.rows("SELECT action_id, code, raw FROM dead_letters ORDER BY id")
    return [(action_id, code, json.loads(raw)) for action_id, code, raw in found]


def check_rejected(device: Device, result: Result, code: str) -> None:
    """It says so, its user sees it, and a copy of all that was sent is kept."""
    assert (result.outcome, result.code) == (OutcomeKind.REJECTED, code)
    assert result.detail
    company = device.company
    action = next(each for each in device.actions if each.action_id == result.action_id)
    envelope = {"action_id": action.action_id, "v": action.v, "kind": action.kind, "body": action.body}
    assert letters(company) == [(action.action_id, code, envelope)]
    [item] = Person(company, device.principal).attention()
    assert (item.action_id, item.code, item.detail) == (action.action_id, code, result.detail)
    company.check()


def started(**changes: Any) -> dict[str, Any]:
    body = {"timer_id": new_id(), "claim_id": new_id(), "issue_id": 1, "t": instant(at("9:00"))}
    return {**body, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"issue_id": "1"},
        {"issue_id": 0},
        {"issue_id": None},
        {"issue_id": 2**53},
        {"timer_id": "x"},
        {"claim_id": None},
        {"t": None},
        {"t": {"wall": -1}},
        {"t": {**instant(0), "wall": 2**70}},
        {"t": {**instant(0), "tz": 65 * "x"}},
        {"extra": 1},
        {"t": []},
    ],
)
def test_a_body_that_cannot_be_read(device: Device, changes: dict[str, Any]) -> None:
    device.record_body("timer.start", started(**changes))
    [result] = device.sync()
    check_rejected(device, result, "SCHEMA")


@pytest.mark.parametrize(("action", "v"), [("timer.fly", 1), ("", 1), ("timer.start", 2)])
def test_an_action_of_another_version(device: Device, action: str, v: int) -> None:
    device.record_body(action, started(), v=v)
    [result] = device.sync()
    check_rejected(device, result, "UNKNOWN_KIND")


def test_what_follows_is_applied(anna: Person, device: Device) -> None:
    device.record_body("timer.fly", {})
    device.start("BP-1", "9:00")
    device.stop("10:00")
    assert [result.outcome for result in device.sync()] == ["rejected", "applied", "applied"]
    assert anna.counted("BP-1") == ["9:00-10:00"]
    anna.company.check()


def test_a_repeat_says_so_again_and_keeps_one_copy(device: Device) -> None:
    device.record_body("timer.fly", {})
    device.sync_and_lose_the_reply()
    [again] = device.sync()
    assert (again.outcome, again.of, again.code) == (
        OutcomeKind.DUPLICATE,
        OutcomeKind.REJECTED,
        "UNKNOWN_KIND",
    )
    assert len(letters(device.company)) == 1


def test_an_end_before_its_start(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.stop("8:59:59")
    _, result = device.sync()
    check_rejected(device, result, "END_BEFORE_START")
    assert anna.log("BP-1").status == "running"


def test_an_end_before_its_start_that_arrives_before_it(anna: Person, device: Device) -> None:
    other = anna.device()
    device.start("BP-1", "9:00")
    other.take_over(device)
    stop = other.record("timer.stop", "8:00", timer_id=other.timer_id, claim_id=other.claim_id, cause="user")
    other.sync()
    device.sync()
    envelope = {"action_id": stop.action_id, "v": 1, "kind": "timer.stop", "body": stop.body}
    assert letters(anna.company) == [(stop.action_id, "END_BEFORE_START", envelope)]
    assert [item.code for item in anna.attention()] == ["END_BEFORE_START"]
    assert anna.log("BP-1").status == "running"
    anna.company.check()


def test_an_end_for_another_timer(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.record("timer.stop", "10:00", timer_id=new_id(), claim_id=device.claim_id, cause="user")
    _, result = device.sync()
    check_rejected(device, result, "SCHEMA")
    assert anna.log("BP-1").status == "running"


# ---- ids that are somebody else's or something else's


def test_another_action_with_this_id(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.record("timer.stop", "10:00", action_id=device.actions[0].action_id, timer_id=device.timer_id,
                  claim_id=device.claim_id, cause="user")  # fmt: skip
    _, result = device.sync()
    assert (result.outcome, result.code) == (OutcomeKind.REJECTED, "ID_REUSE")
    [(_, code, raw)] = letters(anna.company)
    assert (code, raw["kind"]) == ("ID_REUSE", "timer.stop")
    assert [item.code for item in anna.attention()] == ["ID_REUSE"]
    anna.company.check()


def test_a_repeat_of_it_says_so_again(device: Device) -> None:
    first = device.record_body("timer.start", started())
    device.record_body("timer.start", started(), action_id=first.action_id)
    device.sync_and_lose_the_reply()
    _, again = device.sync()
    assert (again.outcome, again.of, again.code) == (OutcomeKind.DUPLICATE, OutcomeKind.REJECTED, "ID_REUSE")
    assert len(letters(device.company)) == 1


def test_another_timer_with_this_id(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.record_body("timer.start", started(timer_id=device.timer_id))
    _, result = device.sync()
    check_rejected(device, result, "ID_REUSE")
    assert anna.log("BP-1").issue_key == "BP-1"


def test_another_stretch_with_this_id(device: Device) -> None:
    device.start("BP-1", "9:00")
    device.record_body("timer.start", started(claim_id=device.claim_id))
    _, result = device.sync()
    check_rejected(device, result, "ID_REUSE")


def test_another_users_action(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.sync()
    ben = anna.company.ben.device()
    ben.record_body("timer.start", device.actions[0].body, action_id=device.actions[0].action_id)
    [result] = ben.sync()
    check_rejected(ben, result, "WRONG_USER")
    assert anna.attention() == []


@pytest.mark.parametrize("action", ["timer.start", "timer.resume", "timer.pause", "timer.stop"])
def test_another_users_timer(anna: Person, device: Device, action: str) -> None:
    device.start("BP-1", "9:00")
    device.sync()
    ben = anna.company.ben.device()
    body: dict[str, Any] = {
        "timer_id": device.timer_id,
        "claim_id": device.claim_id,
        "t": instant(at("10:00")),
    }
    if action == "timer.start":
        body["issue_id"] = anna.company.issues["BP-1"]
    ben.record_body(action, body)
    [result] = ben.sync()
    check_rejected(ben, result, "WRONG_USER")
    assert anna.log("BP-1").status == "running"
    assert anna.attention() == []


def test_a_stop_of_another_users_paused_timer(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.pause("10:00")
    device.sync()
    ben = anna.company.ben.device()
    ben.record("timer.stop", "11:00", timer_id=device.timer_id, claim_id=None)
    [result] = ben.sync()
    check_rejected(ben, result, "WRONG_USER")
    assert anna.log("BP-1").status == "paused"


def test_an_end_of_somebody_elses_timer_that_came_first_ends_nothing(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    ben = anna.company.ben.device()
    ben.record_body(
        "timer.stop", {"timer_id": device.timer_id, "claim_id": device.claim_id, "t": instant(at("9:30"))}
    )
    ben.sync()
    device.sync()
    assert anna.log("BP-1").status == "running"
    device.stop("10:00")
    device.sync()
    assert anna.counted("BP-1") == ["9:00-10:00"]
    anna.company.check()


# ---- too many words refuse no stop


@pytest.mark.parametrize("words", [10_000 * "ü", 10_001 * "ü", 500_000 * "x"])
def test_a_long_description_is_shortened(anna: Person, device: Device, words: str) -> None:
    device.start("BP-1", "9:00")
    stop = device.record(
        "timer.stop", "10:00", timer_id=device.timer_id, claim_id=device.claim_id, description=words
    )
    assert [result.outcome for result in device.sync()] == ["applied", "applied"]
    shown = anna.log("BP-1").description
    assert shown is not None
    assert len(shown) == 10_000
    assert shown[:9_999] == words[:9_999]
    [(payload,)] = anna.company.rows(
        "SELECT payload FROM applied_actions WHERE action_id = ?", stop.action_id
    )
    assert json.loads(payload)["description"] == words
