"""Does the same hold for real bytes of HTTP, read and written by the real library?"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.api.client import Client
from app.api.problems import ApiProblem, Garbage, NotHourkeep, Portal, Unreachable
from tests.app.api.far_end import SERVER, TOKEN, Line, client_of, request_of, sync_reply

ADDRESS = "http://hours.example.test"
LINE_END = b"\r\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pair of sockets is a network there")


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


@contextmanager
def on_the_line(*answers: bytes, stays_open: bool = False) -> Iterator[tuple[Client, Line]]:
    line = Line(*answers, stays_open=stays_open)
    client = client_of(line, ADDRESS)
    try:
        yield client, line
    finally:
        client.close()


def failure(said: bytes) -> ApiProblem:
    with on_the_line(said) as (client, _), pytest.raises(ApiProblem) as failed:
        client.sync(TOKEN, request_of())
    return failed.value


REPLY = json.dumps(sync_reply()).encode()
BROKEN: dict[str, tuple[bytes, type[ApiProblem]]] = {
    "hangs up": (b"", Unreachable),
    "hangs up within the body": (http("200 OK", REPLY[:40], length=len(REPLY)), Unreachable),
    "hangs up within a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + REPLY[:20],
        Unreachable,
    ),
    "no HTTP": (b"220 mail.example.test ESMTP\r\n", Unreachable),
    "an impossible status": (b"HTTP/1.1 abc OK\r\n\r\n", Unreachable),
    "says gzip and is not": (http("200 OK", REPLY, "Content-Encoding: gzip"), Garbage),
    "half of a gzip": (http("200 OK", gzip.compress(REPLY)[:30], "Content-Encoding: gzip"), Garbage),
    "a redirect": (http("302 Found", b"", "Location: http://portal.invalid/"), Portal),
    "a redirect to nowhere": (http("302 Found", b"", "Location: http://[bad\xff"), Portal),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line(name: str) -> None:
    said, expected = BROKEN[name]
    assert type(failure(said)) is expected


def test_a_small_answer_that_unpacks_to_a_huge_one() -> None:
    bomb = gzip.compress(b'{"nonce": "' + bytes(64 * 1024 * 1024))
    assert len(bomb) < 100_000
    assert type(failure(http("200 OK", bomb, "Content-Encoding: gzip"))) is Garbage


def test_an_answer_packed_and_in_chunks() -> None:
    packed = gzip.compress(REPLY)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    with on_the_line(head + chunks) as (client, _):
        assert client.sync(TOKEN, request_of()).code == "OK"


def test_what_is_on_the_line() -> None:
    with on_the_line(http("200 OK", REPLY)) as (client, line):
        client.sync(TOKEN, request_of())
        head, _, body = line.heard().partition(LINE_END * 2)
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /api/v1/time-tracking/sync HTTP/1.1"
    assert f"Authorization: Bearer {TOKEN}" in lines
    assert f"Content-Length: {len(body)}" in lines
    assert "Connection: keep-alive" in lines
    assert "User-Agent: Hourkeep/0.1.0" in lines


HEALTH = http("200 OK", json.dumps(SERVER).encode())
REDIRECT = http("302 Found", b"", "Location: http://portal.invalid/", "Set-Cookie: portal=1; Path=/")


def test_one_connection_serves_many_calls() -> None:
    with on_the_line(HEALTH, REDIRECT, HEALTH, stays_open=True) as (client, line):
        client.server_info()
        with pytest.raises(Portal):
            client.sync(TOKEN, request_of())
        client.server_info()
        assert line.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with on_the_line(HEALTH, HEALTH) as (client, line):
        client.server_info()
        client.server_info()
        assert line.connections == 2


def test_a_portals_cookie_is_not_carried_on() -> None:
    with on_the_line(REDIRECT, HEALTH, stays_open=True) as (client, line):
        with pytest.raises(NotHourkeep):
            client.server_info()
        line.heard()
        client.server_info()
        again = line.heard()
    assert b"GET /healthz" in again
    assert b"cookie" not in again.lower()


@pytest.mark.logs("WARNING")
def test_headers_that_are_cut_off() -> None:
    """The library takes the status and says in the log what it could not read."""
    assert type(failure(b"HTTP/1.1 200 OK\r\nContent-Le")) is Garbage
