"""What does a server process believe of a proxy, and how does it end?"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from server import demo
from server.db import migrate
from server.db.blocking import Blocking
from server.domain.passwords import hash_password
from tests.e2e.eventually import eventually
from tests.growing.farm import LOCAL, READY_WITHIN_S, is_ready
from tests.growing.instances import Instance

NOW_MS = 1_790_000_000_000
CREDENTIALS = {"email": "anna@demo.test", "password": "demo-password"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'hourkeep.sqlite3'}"
    migrate.upgrade(url)
    opened = Blocking.open(url)
    opened.run(lambda conn: demo.found(conn, NOW_MS, hash_password))
    opened.close()
    return url


def serving(folder: Path, database: str, **settings: str) -> Iterator[Instance]:
    instance = Instance(folder, {"HOURKEEP_DATABASE_URL": database, **settings})
    instance.program.start()
    try:
        eventually(partial(is_ready, instance.port), "the server", READY_WITHIN_S)
        yield instance
    finally:
        instance.program.kill9()


def cookie_of_a_sign_in(instance: Instance, **headers: str) -> str:
    line = http.client.HTTPConnection(LOCAL, instance.port, timeout=30)
    said = {"Content-Type": "application/json", **headers}
    line.request("POST", "/api/v1/auth/session", json.dumps(CREDENTIALS), said)
    with line.getresponse() as reply:
        assert reply.status == 201, reply.read()
        cookie = reply.getheader("Set-Cookie") or ""
    line.close()
    return cookie


HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


def test_nobody_is_believed_about_who_asks(tmp_path: Path, database: str) -> None:
    """As long as no proxy is trusted, also on this machine."""
    for instance in serving(tmp_path, database):
        assert "; Secure" not in cookie_of_a_sign_in(instance, **HTTPS)


def test_a_trusted_proxy_is_believed(tmp_path: Path, database: str) -> None:
    for instance in serving(tmp_path, database, HOURKEEP_TRUSTED_PROXIES="127.0.0.1"):
        assert "; Secure" in cookie_of_a_sign_in(instance, **HTTPS)


def test_another_proxy_is_not(tmp_path: Path, database: str) -> None:
    for instance in serving(tmp_path, database, HOURKEEP_TRUSTED_PROXIES="10.0.0.0/8"):
        assert "; Secure" not in cookie_of_a_sign_in(instance, **HTTPS)


def test_open_streams_keep_no_server_from_ending(tmp_path: Path, database: str) -> None:
    for instance in serving(tmp_path, database):
        sign_in = {**CREDENTIALS, "device_name": "x", "device_id": "11111111-1111-4111-8111-111111111111"}
        token = json.loads(instance.ask("POST", "/api/v1/auth/token", body=sign_in)[1])["token"]
        line = http.client.HTTPConnection(LOCAL, instance.port, timeout=30)
        line.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {token}"})
        with line.getresponse() as stream:
            while b"hello" not in stream.readline():
                pass
            assert instance.program.end() == 0
            while stream.readline():
                pass
        line.close()
        assert "Cancel" not in instance.program.words
        assert '"level":"error"' not in instance.program.words


def test_redis_without_its_client_is_said(tmp_path: Path, database: str) -> None:
    """The client is an extra: whoever configures Redis may not have it."""
    folder = tmp_path / "without" / "redis"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ModuleNotFoundError('redis')\n")
    instance = Instance(
        tmp_path,
        {
            "HOURKEEP_DATABASE_URL": database,
            "HOURKEEP_REDIS_URL": "redis://127.0.0.1:1/0",
            "PYTHONPATH": str(folder.parent),
        },
    )
    instance.program.start()
    assert instance.program.wait(READY_WITHIN_S) == 1
    assert instance.program.words.splitlines() == [
        "hourkeep-server: HOURKEEP_REDIS_URL: install Redis' client first: hourkeep[redis]."
    ]
