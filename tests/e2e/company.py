"""How does a test run a company's server, and read from it what became of the work?

The truth is read twice: through the API as its user sees it, and from the tables as they are on disk.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from tests.e2e.eventually import eventually
from tests.e2e.programs import Program, run

ANNA: Final = "anna@demo.test"
BEN: Final = "ben@demo.test"
PASSWORD: Final = "demo-password"
PREFIX: Final = "/api/v1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def found_company(folder: Path, environment: Mapping[str, str]) -> Path:
    """A database with the demo company in it, closed, to be copied by every test."""
    path = folder / "company.sqlite3"
    for command in ("migrate", "demo"):
        done = run([sys.executable, "-m", "server", command], {**environment, **_at(path)})
        assert done.code == 0, done.err
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def _at(path: Path) -> dict[str, str]:
    return {"HOURKEEP_DATABASE_URL": f"sqlite:///{path}"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in on a device of their own, for looking at the server from outside."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: object | None = None) -> Reply:
        return ask(method, f"{self.url}{PREFIX}{path}", body, self.token)

    def get(self, path: str) -> Any:
        reply = self.ask("GET", path)
        assert reply.status == 200, reply
        return reply.body

    def logs(self, issue_key: str) -> list[Any]:
        """The user's time logs on that issue, newest first."""
        page = self.get("/time-tracking/logs?limit=200")
        return [each for each in page["items"] if each["issue_key"] == issue_key]


def ask(method: str, url: str, body: object | None = None, token: str | None = None) -> Reply:
    """One request; money in the reply is Decimal."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, headers, method=method)  # noqa: S310  always our own http address
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return _understood(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _understood(refusal.code, dict(refusal.headers), refusal.read())


def _understood(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    return Reply(status, headers, json.loads(body, parse_float=Decimal) if body else None)


class Company:
    """A real server process on a SQLite file of its own. It keeps its port when it is started again."""

    def __init__(self, folder: Path, environment: Mapping[str, str], database: Path) -> None:
        self.database = database
        self.port = free_port()
        command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        self.program = Program(command, {**environment, **_at(database)}, folder / "server.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.program.start()
        eventually(self._is_ready, "the server", within=30)

    def kill9(self) -> None:
        self.program.kill9()

    def _is_ready(self) -> bool:
        assert self.program.alive, self.program.words
        return ask("GET", f"{self.url}/readyz").status == 200

    def sign_in(self, email: str = ANNA) -> Person:
        body = {
            "email": email,
            "password": PASSWORD,
            "device_name": "the test",
            "device_id": str(uuid4()),
        }
        reply = ask("POST", f"{self.url}{PREFIX}/auth/token", body)
        assert reply.status in (200, 201), reply
        return Person(self.url, reply.body["token"])

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What SQL reads from the file, also while the server is down."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return connection.execute(question, values).fetchall()
        finally:
            connection.close()
