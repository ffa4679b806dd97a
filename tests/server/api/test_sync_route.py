"""Does a device's journal arrive over the API as it was recorded?"""

from __future__ import annotations

import gzip
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from server.api.refusals import TooLarge
from server.api.wire import inflate
from server.domain.messages import ChainHead, SyncRequest
from tests.server.api.front import Caller, Front, refused, understood
from tests.server.company import Company
from tests.server.device import Device

LIMIT = 256 * 1024


@pytest.fixture
def laptop(anna: Caller) -> Device:
    return anna.device()


def synced(anna: Caller, request: SyncRequest, *, packed: bool = False) -> dict[str, Any]:
    reply = anna.sync(request, packed=packed)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = understood(reply)
    assert found["nonce"] == request.nonce
    return found


def packed(anna: Caller, body: bytes) -> Any:
    return anna.ask("POST", "/time-tracking/sync", {"Content-Encoding": "gzip"}, content=body)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_day_arrives(front: Front, anna: Caller, laptop: Device, *, is_packed: bool) -> None:
    laptop.start("BP-1", "7:00")
    laptop.stop("7:30", "Fixed it")
    laptop.start("BP-2", "7:45")
    found = synced(anna, laptop.request(), packed=is_packed)
    assert found["code"] == "OK"
    assert [result["outcome"] for result in found["results"]] == ["applied"] * 3
    assert found["last_seq"] == 3
    assert found["chain"] == laptop.chain_at(3)
    assert found["server_id"] == front.company.server.server_id
    assert found["snapshot"]["active_timer"]["issue_key"] == "BP-2"
    assert b'"total_cost":' in anna.sync(laptop.request()).content
    front.company.check()


def test_each_start_is_told_to_the_log_once(front: Front, anna: Caller, laptop: Device) -> None:
    laptop.start("BP-1", "7:00")
    laptop.start("BP-2", "7:30")
    request = laptop.request()
    synced(anna, request)
    synced(anna, request)
    user_id = front.company.anna.principal.user_id
    assert front.said("Timer started") == [
        {"level": "info", "user_id": user_id, "issue_id": front.company.issues[key]}
        for key in ("BP-1", "BP-2")
    ]


def test_a_rejected_action_is_told_to_the_log(front: Front, anna: Caller, laptop: Device) -> None:
    laptop.record("timer.start", "7:00", timer_id="not an id", claim_id="neither", issue_id=1)
    found = synced(anna, laptop.request())
    assert found["results"][0]["outcome"] == "rejected"
    assert front.said("Timer failed") == [{"level": "error", "error": "SCHEMA"}]


def test_a_held_start_is_kept(front: Front, anna: Caller, laptop: Device) -> None:
    laptop.start("WEB-1", "7:00")
    found = synced(anna, laptop.request())
    assert [(each["outcome"], each["code"]) for each in found["results"]] == [("held", "NO_PERMISSION")]
    assert len(front.said("Timer started")) == 1


def test_behind(anna: Caller, laptop: Device) -> None:
    laptop.start("BP-1", "7:00")
    found = synced(anna, laptop.request(base=ChainHead(1, laptop.chain_at(1)), actions=[]))
    assert (found["code"], found["last_seq"], found["snapshot"]) == ("BEHIND", 0, None)


def test_fork(anna: Caller, laptop: Device) -> None:
    laptop.start("BP-1", "7:00")
    synced(anna, laptop.request())
    copy = laptop.copied()
    copy.stop("7:30")
    laptop.pause("7:20")
    synced(anna, copy.request())
    assert synced(anna, laptop.request())["code"] == "FORK"


def test_corrupt(anna: Caller, laptop: Device) -> None:
    laptop.start("BP-1", "7:00")
    laptop.actions[0].body["issue_id"] += 1
    assert synced(anna, laptop.request())["code"] == "CORRUPT"


def test_upgrade(anna: Caller, laptop: Device) -> None:
    assert synced(anna, laptop.request(protocol=2))["code"] == "UPGRADE"


def test_another_users_device(ben: Caller, laptop: Device) -> None:
    laptop.sync()
    reply = ben.sync(laptop.request())
    assert "another user" in refused(reply, 403, "forbidden")["detail"]


# ---- what no device of ours would send


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"protocol": "1"}, "protocol"),
        ({"nonce": "short"}, "nonce"),
        ({"device_id": "laptop"}, "device_id"),
        ({"base": {"seq": 0, "chain": "no"}}, "base.chain"),
        ({"base": {"seq": -1, "chain": "0" * 64}}, "base.seq"),
        ({"base": {"seq": 10**30, "chain": "0" * 64}}, "base.seq"),
        ({"now": None}, "now"),
        ({"actions": {}}, "actions"),
        ({"actions": [1]}, "actions[0]"),
        ({"beat": {"claim_id": "x", "wall": 0}}, "beat.claim_id"),
        ({"device_name": "x" * 201}, "device_name"),
    ],
)
def test_a_field_that_is_not_right_is_named(
    anna: Caller, laptop: Device, changes: dict[str, Any], field: str
) -> None:
    body = {**msgspec.to_builtins(laptop.request()), **changes}
    refused(anna.post("/time-tracking/sync", body), 422, "invalid", field)


def test_more_than_200_actions(anna: Caller, laptop: Device) -> None:
    for _ in range(201):
        laptop.record("timer.note", "7:00")
    refused(anna.sync(laptop.request(actions=laptop.actions)), 422, "invalid", "actions")


def test_unknown_fields_of_newer_apps_are_left_alone(anna: Caller, laptop: Device) -> None:
    body = {**msgspec.to_builtins(laptop.request()), "queue": {"pending": 3}}
    assert anna.post("/time-tracking/sync", body).status_code == 200


@pytest.mark.parametrize("depth", [100, 400, 900, 990, 5_000, 50_000])
def test_a_body_nested_deeply(front: Front, anna: Caller, laptop: Device, depth: int) -> None:
    """Refused or judged, and never a failure of the server."""
    laptop.start("BP-1", "7:00")
    body = msgspec.json.encode(laptop.request())
    nested = body.replace(b'"tz":"UTC"', b'"tz":' + b"[" * depth + b"]" * depth, 1)
    reply = anna.send("/time-tracking/sync", nested)
    assert reply.status_code in (200, 400, 422), reply.text
    assert not front.said("Request failed")


@pytest.mark.parametrize(
    "value", ["1.5", "1e400", "9" * 40, "9" * 5_000, '"\\ud800"', '"\\u0000"', "NaN", "true", "[[[{}]]]"]
)
def test_a_body_with_junk_inside(front: Front, anna: Caller, laptop: Device, value: str) -> None:
    laptop.start("BP-1", "7:00")
    body = msgspec.json.encode(laptop.request())
    junk = re.sub(rb'"mono_s":\d+', b'"mono_s":' + value.encode().replace(b"\\", rb"\\"), body, count=1)
    reply = anna.send("/time-tracking/sync", junk)
    assert reply.status_code in (200, 400, 422), reply.text
    if reply.status_code == 200:
        assert reply.json()["code"] == "CORRUPT"
    assert not front.said("Request failed")
    assert front.company.rows("SELECT count(*) FROM applied_actions") == [(0,)]


# ---- sizes


def test_a_batch_of_almost_the_limit(anna: Caller, laptop: Device) -> None:
    laptop.start("BP-1", "7:00")
    laptop.stop("7:30", "x" * (LIMIT - 4_000))
    found = synced(anna, laptop.request())
    assert [result["outcome"] for result in found["results"]] == ["applied", "applied"]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_batch_beyond_the_limit(anna: Caller, laptop: Device, *, is_packed: bool) -> None:
    laptop.start("BP-1", "7:00")
    laptop.stop("7:30", "x" * LIMIT)
    refused(anna.sync(laptop.request(), packed=is_packed), 413, "too_large")


def test_a_gzip_bomb(front: Front, anna: Caller) -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    assert len(bomb) < LIMIT
    refused(packed(anna, bomb), 413, "too_large")
    assert front.company.rows("SELECT count(*) FROM devices") == [(0,)]


def test_a_gzip_bomb_is_never_unpacked() -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            inflate(bomb, LIMIT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * LIMIT


def test_a_large_body_that_does_not_say_so(anna: Caller) -> None:
    """Sent in pieces, without a Content-Length."""

    def pieces() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b" " * 1_000

    refused(anna.ask("POST", "/time-tracking/sync", content=pieces()), 413, "too_large")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", gzip.compress(b"{}", mtime=0)[:-1], gzip.compress(b"{}", mtime=0) + b"x", b"\x1f\x8b"],
)
def test_what_is_no_gzip(anna: Caller, body: bytes) -> None:
    reply = packed(anna, body)
    assert reply.status_code in (400, 422), reply.text


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_another_encoding(anna: Caller, encoding: str) -> None:
    reply = anna.ask("POST", "/time-tracking/sync", {"Content-Encoding": encoding}, content=b"{}")
    refused(reply, 415, "unknown_encoding")


def test_the_rest_of_the_api_takes_no_gzip(anna: Caller) -> None:
    reply = anna.ask(
        "POST", "/time-tracking/stop", {"Content-Encoding": "gzip"}, content=gzip.compress(b"{}", mtime=0)
    )
    refused(reply, 415, "unknown_encoding")


def test_two_peoples_devices_are_told_apart(company: Company, anna: Caller, ben: Caller) -> None:
    """Both have an action number 1."""
    one, other = anna.device(), ben.device()
    one.start("BP-1", "7:00")
    other.start("BP-1", "7:00")
    assert synced(anna, one.request())["code"] == synced(ben, other.request())["code"] == "OK"
    company.check()
