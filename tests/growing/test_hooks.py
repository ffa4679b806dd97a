"""Does a call reach a real receiver, signed, and never what this server may not call?"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from server.domain.delivery import Hook, Told
from server.domain.signature import check_of, secret_for
from server.jobs.hooks import Caller
from server.jobs.outcome import NotDelivered
from tests.fakes.server_clock import FakeClock
from tests.growing.farm import LOCAL, free_port
from tests.growing.receivers import Receiver, receiver

KEY = b"0123456789abcdef0123456789abcdef"
SALT = "salt"
HERE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
NOW_S = 1_795_000_000
TOLD = Told(
    "budget_alert.1.warning.1", "budget_alert", "BP", "Bücher 📚", {"alert_id": 1}, (NOW_S - 60) * 1000
)


def hook(url: str) -> Hook:
    return Hook(7, url, SALT, check_of(secret_for(KEY, SALT)))


def caller() -> Caller:
    return Caller(KEY, HERE, FakeClock(NOW_S * 1000), "Hourkeep")


def call(url: str, by: Caller | None = None) -> None:
    asyncio.run((by or caller()).send(hook(url), TOLD))


def failure(url: str, by: Caller | None = None) -> NotDelivered:
    with pytest.raises(NotDelivered) as refusal:
        call(url, by)
    return refusal.value


def url_of(found: Receiver, path: str = "/hook?id=1") -> str:
    return f"http://{LOCAL}:{found.port}{path}"


# ---- it arrives


def test_it_arrives() -> None:
    with receiver() as found:
        call(url_of(found))
    [called] = found.calls
    assert called.path == "/hook?id=1"
    assert called.headers["host"] == f"{LOCAL}:{found.port}"
    assert called.headers["content-type"] == "application/json"
    assert called.headers["user-agent"] == "Hourkeep"
    assert called.said == {
        "type": "budget_alert",
        "timestamp": NOW_S - 60,
        "data": {"alert_id": 1, "project_key": "BP", "project_name": "Bücher 📚"},
    }


def test_its_receiver_can_check_who_called_and_when() -> None:
    with receiver() as found:
        call(url_of(found))
    [called] = found.calls
    name, at = called.headers["webhook-id"], called.headers["webhook-timestamp"]
    assert (name, at) == (TOLD.key, str(NOW_S))
    key = base64.b64decode(secret_for(KEY, SALT).removeprefix("whsec_"))
    signature = hmac.new(key, f"{name}.{at}.".encode() + called.body, hashlib.sha256).digest()
    assert called.headers["webhook-signature"] == "v1," + base64.b64encode(signature).decode()


def test_a_repeat_has_the_same_id() -> None:
    with receiver() as found:
        for _ in range(2):
            call(url_of(found))
    assert {called.headers["webhook-id"] for called in found.calls} == {TOLD.key}


def test_without_a_path() -> None:
    with receiver() as found:
        call(url_of(found, ""))
    assert found.calls[0].path == "/"


# ---- it fails


@pytest.mark.parametrize(("status", "for_good"), [(400, False), (404, False), (500, False), (410, True)])
def test_what_it_answers_decides(status: int, *, for_good: bool) -> None:
    with receiver() as found:
        found.statuses.append(status)
        refusal = failure(url_of(found))
    assert (str(refusal), refusal.for_good) == (f"It answered {status}.", for_good)


def test_a_redirect_is_not_followed() -> None:
    with receiver() as found, receiver() as inside:
        found.statuses.append(302)
        found.location = url_of(inside)
        assert str(failure(url_of(found))) == "It answered 302."
        assert inside.calls == []


def test_nobody_there() -> None:
    assert str(failure(f"http://{LOCAL}:{free_port()}/")).startswith("It does not answer")


def test_one_that_never_answers() -> None:
    with socket.create_server((LOCAL, 0)) as listener:
        url = f"http://{LOCAL}:{listener.getsockname()[1]}/"
        refusal = failure(url, replace(caller(), within_s=0.2))
    assert str(refusal) == "No answer within 0.2 seconds."


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 2", b"\x00" * 100_000, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000],
)
def test_one_that_answers_nonsense(answer: bytes) -> None:
    async def main() -> None:
        async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(talk, LOCAL, 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await caller().send(hook(f"http://{LOCAL}:{port}/"), TOLD)

    with pytest.raises(NotDelivered, match="It does not answer"):
        asyncio.run(main())


def test_a_key_that_was_changed_is_said() -> None:
    with receiver() as found:
        refusal = failure(url_of(found), replace(caller(), key=b"another"))
        assert found.calls == []
    assert refusal.for_good
    assert "HOURKEEP_SECRET_KEY" in str(refusal)


# ---- where it may lead


@pytest.mark.parametrize("host", [LOCAL, "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "0"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_this_machine_is_not_called(host: str, scheme: str) -> None:
    with receiver() as found:
        refusal = failure(f"{scheme}://{host}:{found.port}/", replace(caller(), networks=()))
        assert found.calls == []
    assert "may not call" in str(refusal)


@pytest.mark.parametrize("host", ["x" * 64 + ".example", "one..example"])
def test_a_name_that_cannot_be_looked_up(host: str) -> None:
    refusal = failure(f"https://{host}/", replace(caller(), networks=()))
    assert refusal.for_good
    assert "looked up" in str(refusal)


def test_a_name_that_leads_inside_is_not_called() -> None:
    async def inside(_host: str, _port: int) -> list[str]:
        return ["169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1"]

    refusal = failure("https://innocent.example/", replace(caller(), networks=(), resolve=inside))
    assert "may not call" in str(refusal)


def test_of_several_addresses_the_permitted_one_is_called() -> None:
    """And the one that was judged: the name is not looked up again."""
    asked = []

    async def both(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["169.254.169.254", LOCAL]

    with receiver() as found:
        call(f"http://hook.example:{found.port}/", replace(caller(), resolve=both))
        assert found.calls[0].headers["host"] == f"hook.example:{found.port}"
    assert asked == ["hook.example"]


def test_plain_http_goes_only_where_it_was_allowed() -> None:
    async def public(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14"]

    refusal = failure("http://public.example/", replace(caller(), resolve=public))
    assert "may not call" in str(refusal)


# ---- with TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """Of hook.example."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-subj", "/CN=hook.example", "-addext", "subjectAltName=DNS:hook.example"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return folder / "certificate.pem", context


async def here(_host: str, _port: int) -> list[str]:
    return [LOCAL]


def test_its_certificate_is_checked_by_its_name(certificate: tuple[Path, ssl.SSLContext]) -> None:
    path, context = certificate
    trusting = replace(caller(), resolve=here, tls=lambda: ssl.create_default_context(cafile=path))
    with receiver(context) as found:
        call(f"https://hook.example:{found.port}/", trusting)
        assert json.loads(found.calls[0].body)["type"] == "budget_alert"
        other = failure(f"https://other.example:{found.port}/", trusting)
        unknown = failure(f"https://hook.example:{found.port}/", replace(caller(), resolve=here))
        assert len(found.calls) == 1
    assert str(other) == str(unknown) == "Its certificate is not a good one."
