"""Does the log keep to itself what people write, and what opens doors?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from server import bootstrap
from server.domain.messages import Role
from server.log import open_log
from server.settings import LogLevel
from tests.server.api import valid
from tests.server.api.front import PASSWORD, PREFIX, Caller, Front, opened, refused
from tests.server.company import Company
from tests.server.databases import Empty

MARK: Final = "zq7mark"
MARKED: Final = (MARK, f"{MARK}@demo.test", f"https://{MARK}.example/{MARK}")
DOCUMENT: Final = json.loads(bootstrap.description())
OPERATIONS: Final = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if operation["operationId"] != "events"
]


@pytest.fixture
def watched(new_database: Callable[[Path], Empty], tmp_path: Path) -> Iterator[Front]:
    company = Company(new_database(tmp_path))
    yield from opened(Front(company, level=LogLevel.DEBUG))
    company.close()


def marked(schema: dict[str, Any]) -> Any:
    """What fits, with the mark in every text that takes it, also in what may be left out."""
    schema = valid._followed(DOCUMENT, schema)
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: marked(inner) for name, inner in schema["properties"].items()}
        case "array":
            return [marked(schema["items"])]
        case "string" if "enum" not in schema:
            return next(
                (text for text in MARKED if valid._fits(schema, text)), valid.example(DOCUMENT, schema)
            )
        case _:
            return valid.example(DOCUMENT, schema)


def ruined(said: Any) -> Any:
    """Texts where numbers belong."""
    if isinstance(said, dict):
        return {name: ruined(value) for name, value in said.items()} | {MARK: MARK}
    return MARK


def bodies(operation: dict[str, Any]) -> list[bytes]:
    if "requestBody" not in operation:
        return [b""]
    fitting = marked(operation["requestBody"]["content"]["application/json"]["schema"])
    return [json.dumps(fitting).encode(), json.dumps(ruined(fitting)).encode(), f'{{"{MARK}'.encode()]


def query(operation: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: MARK for each in operation.get("parameters", ()) if each["in"] == "query"}


def ask_everything(front: Front, sign_in: Callable[[], dict[str, str]]) -> set[int]:
    """All statuses that were answered. `sign_in` before each operation: some of them end it."""
    statuses = set()
    for method, path, operation in OPERATIONS:
        headers = sign_in()
        for body in bodies(operation):
            for asked in ({}, query(operation)):
                given = {"Content-Type": "application/json", **headers} if body else headers
                place = valid.path_of(path, {})
                reply = front.ask(method, place, headers=given, content=body, params=asked)
                statuses.add(reply.status_code)
                assert reply.status_code < 500, (method, path, reply.text)
    return statuses


def said(front: Front) -> str:
    return front.out.getvalue().decode().lower()


def test_nothing_that_people_write_is_in_it(watched: Front) -> None:
    company = watched.company
    boss = company.hire("boss", ["BP"], Role.ADMIN)
    watched.give_password(boss)
    tokens = []

    def sign_in() -> dict[str, str]:
        tokens.append(watched.caller(boss).token)
        return {"Authorization": f"Bearer {tokens[-1]}"}

    statuses = ask_everything(watched, sign_in)
    assert {200, 201, 204, 404, 422} <= statuses
    assert len(watched.said("Request")) > len(OPERATIONS)
    assert MARK not in said(watched)
    assert not any(token.lower() in said(watched) for token in tokens)


def test_nothing_that_a_stranger_sends_is_in_it(watched: Front) -> None:
    headers = {"Authorization": f"Bearer hk_{MARK}", "Cookie": f"session={MARK}", "X-CSRF-Token": MARK}
    headers |= {"Idempotency-Key": MARK, "User-Agent": MARK, "Referer": f"https://{MARK}.example"}
    assert 401 in ask_everything(watched, lambda: headers)
    assert MARK not in said(watched)


def test_a_day_of_work_leaves_no_word(watched: Front) -> None:
    company = watched.company
    watched.give_password(company.anna)
    for password in (MARK, PASSWORD):
        watched.sign_in(password=password, device_name=MARK)
    watched.sign_in(email=f"{MARK}@demo.test")
    anna = watched.caller(company.anna)
    anna.start("BP-1")
    company.clock.advance(hours=1)
    assert anna.act("stop", {"description": f"secret {MARK}"}).status_code == 200
    assert MARK in anna.ask("GET", "/time-tracking/logs").text
    device = anna.device()
    device.start("BP-2", "7:00")
    anna.sync(device.request())
    for secret in (MARK, PASSWORD, anna.token, "anna@demo.test"):
        assert secret.lower() not in said(watched)


# ---- what a database quotes


def write_failure(failure: Exception) -> str:
    """How the log tells it."""
    out = BytesIO()
    failure.__cause__ = ValueError("asked for")
    open_log(LogLevel.INFO, out).error("Request failed", exc_info=failure)
    return str(json.loads(out.getvalue())["exception"])


def test_what_a_database_says_of_a_row_is_left_out() -> None:
    quoted = IntegrityError("INSERT", None, Exception(f"DETAIL: Key (email)=({MARK}) already exists."))
    told = write_failure(quoted)
    assert MARK not in told
    assert "sqlalchemy.exc.IntegrityError" in told
    assert "builtins.ValueError: asked for" in told


def test_why_a_database_does_not_work_is_said() -> None:
    told = write_failure(OperationalError("COMMIT", None, Exception("disk is full")))
    assert "disk is full" in told


def test_each_of_several_failures_is_said() -> None:
    told = write_failure(ExceptionGroup("jobs", [ValueError("one"), KeyError("two")]))
    assert "ValueError: one" in told
    assert "KeyError: 'two'" in told


# ---- the request's id


def test_a_problem_names_its_request(front: Front) -> None:
    reply = front.ask("GET", f"{PREFIX}/me", headers={"X-Request-Id": "abc-7"})
    assert refused(reply, 401, "not_signed_in")["request_id"] == reply.headers["x-request-id"] == "abc-7"


def test_so_does_one_of_no_route(front: Front, anna: Caller) -> None:
    for reply in (
        front.ask("GET", "/nothing"),
        anna.ask("PUT", "/me"),
        anna.send("/time-tracking/start", b"{"),
    ):
        assert reply.json()["request_id"] == reply.headers["x-request-id"]
