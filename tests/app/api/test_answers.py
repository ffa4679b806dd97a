"""What does the app make of everything that can come back instead of an answer (sync.md 2.11)?"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from requests import exceptions as net

from app.api.client import Client
from app.api.problems import (
    ApiProblem,
    Busy,
    Forbidden,
    Garbage,
    NotHourkeep,
    Portal,
    Refused,
    ServerFailed,
    TimedOut,
    TlsFailed,
    TooLarge,
    Unauthorised,
    Unreachable,
    UpgradeNeeded,
)
from app.api.replies import PAUSE_LIMIT_S
from app.api.transport import REPLY_LIMIT
from app.errors import AppError
from tests.app.api.far_end import (
    ADDRESS,
    PASSWORD,
    SERVER,
    TOKEN,
    BreaksOff,
    FarEnd,
    Said,
    Turn,
    answer,
    client_of,
    problem,
    request_of,
    sync_reply,
)
from tests.fakes.clock import START

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<!doctype html><title>Hotel Internet</title><p>Please accept our terms."
WIKI = {"version": "2.1", "name": "wiki"}


def caused(error: Exception, *causes: BaseException) -> Exception:
    """As if each were raised from the next."""
    last: BaseException = error
    for cause in causes:
        last.__cause__ = cause
        last = cause
    return error


def wrapped(kind: type[requests.RequestException], cause: Exception) -> Exception:
    """As the library does it: the first reason is an argument of what it raises."""
    return kind(OSError("Max retries exceeded with url: /api/v1/time-tracking/sync", cause))


def bad_certificate(reason: str) -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = reason
    return wrapped(net.SSLError, error)


def no_tls() -> ssl.SSLError:
    """What the system says when a server answers TLS with plain text."""
    incoming = ssl.MemoryBIO()
    incoming.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    talk = ssl.create_default_context().wrap_bio(
        incoming, ssl.MemoryBIO(), server_hostname="hours.example.test"
    )
    with pytest.raises(ssl.SSLError) as failed:
        talk.do_handshake()
    return failed.value


def without(reply: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in reply.items() if key != name}


CUT_OFF = Said(200, json.dumps(sync_reply()).encode()[:-20], {"Content-Type": "application/json"})
NO_PROBLEM = {"Content-Type": "application/json"}

ANSWERS: dict[str, tuple[Turn, type[ApiProblem]]] = {
    # nothing comes back
    "no such name": (wrapped(net.ConnectionError, socket.gaierror(-2, "Name not known")), Unreachable),
    "refused": (wrapped(net.ConnectionError, ConnectionRefusedError(111, "refused")), Unreachable),
    "reset": (net.ConnectionError(ConnectionResetError(104, "reset")), Unreachable),
    "no route": (net.ConnectionError(OSError(113, "no route to host")), Unreachable),
    "no connection in time": (net.ConnectTimeout(), Unreachable),
    "no answer in time": (net.ReadTimeout(), TimedOut),
    "the proxy says no": (net.ProxyError(OSError("Tunnel connection failed: 407")), Unreachable),
    "proxy settings are wrong": (net.InvalidProxyURL(), Unreachable),
    "a name that cannot be written": (UnicodeError("label too long"), Unreachable),
    "breaks off": (BreaksOff(net.ChunkedEncodingError(OSError("IncompleteRead"))), Unreachable),
    "breaks off by the system's word": (BreaksOff(ConnectionResetError(104, "reset")), Unreachable),
    "stalls in the middle": (
        BreaksOff(caused(net.ConnectionError("read"), TimeoutError("timed out"))),
        TimedOut,
    ),
    "wrongly packed": (BreaksOff(net.ContentDecodingError("gzip")), Garbage),
    # TLS
    "certificate": (bad_certificate("self-signed certificate"), TlsFailed),
    "no TLS there": (wrapped(net.SSLError, no_tls()), TlsFailed),
    "no common TLS": (wrapped(net.SSLError, ssl.SSLError(1, "[SSL: NO_PROTOCOLS_AVAILABLE]")), TlsFailed),
    "TLS fails in the middle": (BreaksOff(net.SSLError("decryption failed")), TlsFailed),
    "no trusted certificates": (OSError("Could not find a suitable TLS CA certificate bundle"), TlsFailed),
    # somebody else
    "302": (Said(302, b"", {"Location": "http://portal.invalid/terms"}), Portal),
    "301 to a bad address": (Said(301, b"", {"Location": "http://[bad"}), Portal),
    "307": (Said(307, b"", {"Location": "https://other.example.test/api/v1/time-tracking/sync"}), Portal),
    "304": (Said(304), Portal),
    "511": (Said(511, PAGE, HTML), Portal),
    "a page": (Said(200, PAGE, HTML), Portal),
    "a page that says it is JSON": (Said(200, b"\n  " + PAGE, {"Content-Type": "application/json"}), Portal),
    "an empty page": (Said(200, b"", HTML), Portal),
    "another product": (answer(WIKI), Portal),
    "a list": (answer([1, 2]), Portal),
    "null": (answer(None), Portal),
    "another nonce": (answer(sync_reply(nonce="nonce-000000")), Portal),
    "no nonce": (answer(without(sync_reply(), "nonce")), Portal),
    "no server": (answer(without(sync_reply(), "server_id")), Portal),
    "an empty server": (answer(sync_reply(server_id="")), Portal),
    "401 of somebody else": (Said(401, PAGE, HTML), Portal),
    "401 without words": (Said(401), Portal),
    "401 in JSON": (answer({"error": "unauthorized"}, 401), Portal),
    "401 with another code": (problem(401, "sso_required"), Portal),
    "401 that says 403": (Said(401, problem(403, "not_signed_in").body, problem(1, "").headers), Portal),
    "401 that only looks like ours": (Said(401, problem(401, "not_signed_in").body, NO_PROBLEM), Portal),
    "403 of a firewall": (Said(403, PAGE, HTML), Portal),
    "404 of somebody else": (Said(404, PAGE, HTML), Portal),
    "407": (Said(407, PAGE, HTML), Portal),
    "400 of a proxy": (Said(400, b"The plain HTTP request was sent to HTTPS port"), Portal),
    "a problem that is damaged": (Said(422, b'{"status": 422', problem(1, "").headers), Portal),
    "a problem without end": (Said(422, b'{"more": ' + b"[" * 100_000, problem(1, "").headers), Portal),
    # unreadable
    "cut off": (CUT_OFF, Garbage),
    "cut off in the middle of a letter": (Said(200, b'{"nonce": "\xc3'), Garbage),
    "nothing in it": (Said(200), Garbage),
    "204": (Said(204), Garbage),
    "nonsense": (Said(200, bytes(range(1, 60))), Garbage),
    "without end": (Said(200, b'{"more": ' + b"[" * 100_000), Garbage),
    "far too long": (Said(200, b'{"nonce": "' + b"x" * REPLY_LIMIT), Garbage),
    "ours and of another form": (answer(sync_reply(last_seq="many")), Garbage),
    "ours and incomplete": (answer(without(sync_reply(), "limits")), Garbage),
    # our server
    "401": (problem(401, "not_signed_in"), Unauthorised),
    "401 at sign-in": (problem(401, "bad_credentials"), Unauthorised),
    "403": (problem(403, "forbidden"), Forbidden),
    "404": (problem(404, "not_found"), Refused),
    "422": (problem(422, "invalid"), Refused),
    "413": (problem(413, "too_large"), TooLarge),
    "413 of a proxy": (Said(413, PAGE, HTML), TooLarge),
    "426": (problem(426, "upgrade"), UpgradeNeeded),
    "429": (problem(429, "too_many_requests"), Busy),
    "503": (problem(503, "busy"), Busy),
    "503 of a proxy": (Said(503, PAGE, HTML), Busy),
    "408": (Said(408), ServerFailed),
    "500": (problem(500, "internal"), ServerFailed),
    "502 of a proxy": (Said(502, PAGE, HTML), ServerFailed),
    "504": (Said(504), ServerFailed),
    "520": (Said(520), ServerFailed),
}
CALLS: dict[str, Callable[[Client], object]] = {
    "sync": lambda client: client.sync(TOKEN, request_of()),
    "sign in": lambda client: client.sign_in("anna@demo.test", PASSWORD, "desk", "device"),
    "sign out": lambda client: client.sign_out(TOKEN),
    "projects": lambda client: client.projects(TOKEN),
    "issues": lambda client: client.issues(TOKEN),
    "server info": lambda client: client.server_info(),
}


def failure(turn: Turn, call: str = "sync") -> ApiProblem:
    with pytest.raises(ApiProblem) as failed:
        CALLS[call](client_of(FarEnd(turn)))
    return failed.value


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_sync_meets(name: str) -> None:
    turn, expected = ANSWERS[name]
    end = FarEnd(turn)
    with pytest.raises(ApiProblem) as failed:
        client_of(end).sync(TOKEN, request_of())
    assert type(failed.value) is expected
    assert len(end.asked) == 1, "nothing is tried twice, no redirect is followed"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ANSWERS)
def test_every_failure_has_words_for_people(name: str, call: str, caplog: pytest.LogCaptureFixture) -> None:
    turn, _ = ANSWERS[name]
    with caplog.at_level(logging.DEBUG):
        try:
            CALLS[call](client_of(FarEnd(turn)))
        except AppError as problem:
            words = str(problem)
            told = "".join(traceback.format_exception(problem)) + repr(problem) + repr(vars(problem))
        else:
            return
    assert ADDRESS in words
    assert len(words.splitlines()) == 1
    assert words.isprintable()
    assert words.endswith((".", "?"))
    for secret in (TOKEN, PASSWORD):
        assert secret not in told + caplog.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no such name", "cannot be found"),
        ("refused", "Nothing answers"),
        ("the proxy says no", "The proxy on the way"),
        ("no TLS there", "type http://"),
        ("certificate", "not trusted: self-signed certificate."),
        ("no common TLS", "There is no secure connection"),
        ("404", "says: No. Please do otherwise."),
        ("429", "Try again later."),
    ],
)
def test_the_words_say_what_to_do(name: str, words: str) -> None:
    assert words in str(failure(ANSWERS[name][0]))


def test_a_clock_that_is_wrong_is_hinted_at() -> None:
    assert "clock" in str(failure(bad_certificate("certificate is not yet valid")))
    assert "clock" not in str(failure(bad_certificate("self-signed certificate")))


# ---- Retry-After -----------------------------------------------------------------------------------------


def http_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"retry-after": " 0 "}, 0),
        ({"Retry-After": http_date(START + 90)}, 90),
        ({"Retry-After": http_date(START - 90)}, 0),
        ({"Retry-After": http_date(90), "Date": http_date(60)}, 30),
        ({"Retry-After": "Mon, 05 Jan 2026 09:00:07 -0000"}, 7),
        ({"Retry-After": "999999999999999999999999"}, None),
        ({"Retry-After": "999999999999"}, PAUSE_LIMIT_S),
        ({"Retry-After": http_date(START + 10**8)}, PAUSE_LIMIT_S),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"Retry-After": "٣٠"}, None),
    ],
)
def test_how_long_the_server_wants_to_be_left_alone(
    status: int, headers: dict[str, str], expected: int | None
) -> None:
    busy = failure(problem(status, "busy", **headers))
    assert isinstance(busy, Busy)
    assert busy.retry_after_s == expected


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        ("0", "in a moment"),
        ("1", "in a moment"),
        ("2", "in 2 seconds"),
        ("90", "in 90 seconds"),
        ("91", "in 2 minutes"),
    ],
)
def test_how_long_is_said_in_words(seconds: str, words: str) -> None:
    assert str(failure(problem(429, "too_many_requests", **{"Retry-After": seconds}))).endswith(
        f"Try again {words}."
    )


# ---- the codes of a sign-in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("refused", "unreachable"),
        ("no answer in time", "unreachable"),
        ("certificate", "tls"),
        ("a page", "not_hourkeep"),
        ("another product", "not_hourkeep"),
        ("401 at sign-in", "bad_credentials"),
        ("429", "too_many"),
        ("503", "server"),
        ("500", "server"),
        ("422", "server"),
        ("426", "upgrade"),
    ],
)
def test_what_the_sign_in_window_is_told(name: str, code: str) -> None:
    assert failure(ANSWERS[name][0], "sign in").code == code


def test_a_refusal_names_the_fields() -> None:
    content = {"status": 422, "code": "invalid", "title": "No", "detail": "Some fields are not right."}
    errors = [{"field": "email", "message": "At least 3\ncharacters."}]
    said = answer(
        content | {"errors": errors}, 422, **{"Content-Type": "application/problem+json; charset=utf-8"}
    )
    refused = failure(said, "sign in")
    assert isinstance(refused, Refused)
    assert refused.problem.code == "invalid"
    assert str(refused) == f"{ADDRESS} says: No. Some fields are not right. email: At least 3 characters."


# ---- who answers at an address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name, (_, kind) in ANSWERS.items() if kind in {Portal, Garbage, Refused}]
)
def test_what_is_no_hourkeep(name: str) -> None:
    if name in {"wrongly packed", "far too long"}:
        assert type(failure(ANSWERS[name][0], "server info")) is Garbage
    else:
        assert type(failure(ANSWERS[name][0], "server info")) is NotHourkeep


@pytest.mark.parametrize(
    "content", [WIKI, SERVER | {"product": "wiki"}, SERVER | {"server_id": ""}, SERVER | {"protocol": "one"}]
)
def test_other_products_have_health_too(content: object) -> None:
    assert type(failure(answer(content), "server info")) is NotHourkeep


def test_a_server_that_cannot_now_is_still_perhaps_ours() -> None:
    assert type(failure(Said(502), "server info")) is ServerFailed
    assert type(failure(Said(503), "server info")) is Busy


def test_where_a_redirect_leads_is_said() -> None:
    said = Said(301, b"", {"Location": "https://hours.example.test/healthz"})
    assert "https://hours.example.test/healthz" in str(failure(said, "server info"))
    strange = Said(301, b"", {"Location": "javascript:alert(1)"})
    assert "javascript" not in str(failure(strange, "server info"))
