"""What leaves the device for each call, and what does the app get from the answer?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs

from app.api.models import Action, ChainHead, SyncRequest
from app.api.problems import Unauthorised
from tests.app.api.far_end import (
    ADDRESS,
    ME,
    NONCE,
    PASSWORD,
    SERVER,
    TOKEN,
    FarEnd,
    Said,
    answer,
    client_of,
    problem,
    request_of,
    sync_reply,
)

PROJECTS = {
    "items": [{"id": 1, "key": "BP", "name": "Portal", "is_archived": False, "updated_at": 5}],
    "next": "1",
}
ISSUE = {
    "id": 4,
    "key": "BP-4",
    "summary": "Fix it",
    "project_id": 1,
    "project_key": "BP",
    "status": "open",
    "is_deleted": False,
    "updated_at": 6,
}


def action_of(description: str) -> Action:
    return Action(1, "0190", 1, "timer.stop", "0" * 64, {"description": description, "claim_id": None})


def test_who_answers_here() -> None:
    end = FarEnd(answer(SERVER))
    assert client_of(end).server_info().name == "Demo company"
    request = end.asked[0].request
    assert (request.method, request.url) == ("GET", f"{ADDRESS}/healthz")
    assert "Authorization" not in request.headers


def test_signing_in() -> None:
    end = FarEnd(answer({"token": TOKEN, "token_id": 7, "user": ME}, status=201))
    signed_in = client_of(end).sign_in("anna@demo.test", PASSWORD, "Anna's laptop", "device")
    assert (signed_in.token, signed_in.user.id, signed_in.user.server.server_id) == (TOKEN, 3, "5f3e")
    asked = end.asked[0]
    assert (asked.request.method, asked.request.url) == ("POST", f"{ADDRESS}/api/v1/auth/token")
    assert asked.request.headers["Content-Type"] == "application/json"
    assert asked.json() == {
        "email": "anna@demo.test",
        "password": PASSWORD,
        "device_name": "Anna's laptop",
        "device_id": "device",
    }


def test_signing_out() -> None:
    end = FarEnd(Said(204))
    client_of(end).sign_out(TOKEN)
    request = end.asked[0].request
    assert (request.method, request.url) == ("DELETE", f"{ADDRESS}/api/v1/auth/token")
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"


def test_signing_out_what_has_ended_already() -> None:
    client_of(FarEnd(problem(401, "not_signed_in"))).sign_out(TOKEN)


def test_syncing() -> None:
    end = FarEnd(answer(sync_reply(last_seq=1)))
    reply = client_of(end).sync(TOKEN, request_of(action_of("Zürich 🕐")))
    assert (reply.code, reply.last_seq, reply.snapshot, reply.limits.next_poll_s) == ("OK", 1, None, 60)
    asked = end.asked[0]
    assert (asked.request.method, asked.request.url) == ("POST", f"{ADDRESS}/api/v1/time-tracking/sync")
    assert asked.request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Content-Encoding" not in asked.request.headers
    assert (asked.json()["nonce"], asked.json()["protocol"]) == (NONCE, 1)
    assert asked.json()["actions"][0]["body"] == {"description": "Zürich 🕐", "claim_id": None}


@pytest.mark.parametrize("count", [0, 2])
def test_a_request_says_outside_how_many_actions_are_in_it(count: int) -> None:
    end = FarEnd(answer(sync_reply()))
    client_of(end).sync(TOKEN, request_of(*[action_of("x")] * count))
    assert end.asked[0].request.headers["X-Hourkeep-Pending"] == str(count)


def test_a_large_request_is_packed() -> None:
    end = FarEnd(answer(sync_reply()))
    client_of(end).sync(TOKEN, request_of(action_of("worked " * 1000)))
    asked = end.asked[0]
    assert asked.request.headers["Content-Encoding"] == "gzip"
    assert int(asked.request.headers["Content-Length"]) < 1000
    assert asked.json()["actions"][0]["body"]["description"] == "worked " * 1000


def test_a_description_of_a_megabyte_leaves_whole() -> None:
    """Whether it is too long is the server's to say."""
    description = "".join(chr(0x4E00 + number % 20_000) for number in range(350_000))
    end = FarEnd(answer(sync_reply()))
    client_of(end).sync(TOKEN, request_of(action_of(description)))
    assert end.asked[0].json()["actions"][0]["body"]["description"] == description
    assert len(end.asked[0].body) > 1_000_000


def test_the_same_actions_are_the_same_bytes() -> None:
    end = FarEnd(answer(sync_reply()))
    client = client_of(end)
    for _ in range(2):
        client.sync(TOKEN, request_of(action_of("x" * 5000)))
    first, second = (asked.request.body for asked in end.asked)
    assert isinstance(first, bytes)
    assert first == second
    assert first[4:8] == bytes(4), "gzip's field for the time"


def test_projects_page_by_page() -> None:
    end = FarEnd(answer(PROJECTS), answer({"items": [], "next": None}))
    client = client_of(end)
    page = client.projects(TOKEN)
    assert (page.items[0].key, page.next) == ("BP", "1")
    assert client.projects(TOKEN, page.next).next is None
    assert [asked.request.url for asked in end.asked] == [
        f"{ADDRESS}/api/v1/projects",
        f"{ADDRESS}/api/v1/projects?cursor=1",
    ]


def test_issues_that_changed() -> None:
    end = FarEnd(answer({"items": [ISSUE], "next": "6000.4"}))
    client = client_of(end)
    assert client.issues(TOKEN).items[0].summary == "Fix it"
    client.issues(TOKEN, updated_since=0)
    client.issues(TOKEN, updated_since=6, cursor="6000.4")
    assert [asked.request.url for asked in end.asked] == [
        f"{ADDRESS}/api/v1/issues",
        f"{ADDRESS}/api/v1/issues?updated_since=0",
        f"{ADDRESS}/api/v1/issues?updated_since=6&cursor=6000.4",
    ]


def test_a_server_in_a_folder() -> None:
    end = FarEnd(answer(SERVER))
    client_of(end, "https://example.test/hours").server_info()
    assert end.asked[0].request.url == "https://example.test/hours/healthz"


def test_how_every_request_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    end = FarEnd(answer(SERVER))
    client_of(end).server_info()
    asked = end.asked[0]
    assert asked.timeout == (5, 15)
    assert asked.verify is True
    assert asked.request.headers["User-Agent"] == "Hourkeep/0.1.0"
    assert asked.request.headers["Accept"] == "application/json"


def test_closing_closes_the_connection() -> None:
    end = FarEnd(answer(SERVER))
    client_of(end).close()
    assert end.closed


# ---- what the user's environment must not do -------------------------------------------------------------


def test_no_password_of_a_netrc_file_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine hours.example.test login anna password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    end = FarEnd(answer(SERVER), Said(204))
    client = client_of(end)
    client.server_info()
    client.sign_out(TOKEN)
    assert [asked.request.headers.get("Authorization") for asked in end.asked] == [None, f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    ("address", "is_asked"),
    [
        ("http://hours.example.test", True),
        ("http://127.0.0.1:8765", False),
        ("http://localhost:8765", False),
        ("http://[::1]:8765", False),
    ],
)
def test_the_environments_proxy(address: str, is_asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setenv("http_proxy", "http://proxy.example.test:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    end = FarEnd(answer(SERVER))
    client_of(end, address).server_info()
    assert ("http" in end.asked[0].proxies) is is_asked


def test_the_companys_own_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/company.pem")
    end = FarEnd(answer(SERVER))
    client_of(end).server_info()
    assert end.asked[0].verify == "/etc/company.pem"


# ---- what cannot be sent -----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "hk_two words", "hk_line\nX-Admin: 1", "hk_ü", "hk_\x00", "hk_\udc80"])
def test_a_damaged_token_is_not_sent(token: str) -> None:
    end = FarEnd(answer(sync_reply()))
    with pytest.raises(Unauthorised) as refused:
        client_of(end).sync(token, request_of())
    assert not end.asked
    assert not token or token not in str(refused.value)


def test_a_password_that_no_server_could_read() -> None:
    end = FarEnd(answer(ME))
    with pytest.raises(Unauthorised) as refused:
        client_of(end).sign_in("anna@demo.test", f"{PASSWORD}\udc80", "desk", "device")
    assert not end.asked
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_request_names_its_fields_as_the_server_does() -> None:
    end = FarEnd(answer(sync_reply()))
    client_of(end).sync(TOKEN, request_of())
    assert set(end.asked[0].json()) == set(SyncRequest.__struct_fields__) - {"server_epoch"}
    assert json.loads(end.asked[0].body)["base"] == {"seq": 0, "chain": "0" * 64}


def test_what_the_server_said_last_is_said_back_to_it() -> None:
    end = FarEnd(answer(sync_reply()))
    head = ChainHead(3, "c" * 64, "5" * 64)
    client_of(end).sync(TOKEN, structs.replace(request_of(), server_epoch="e", cursor="c", base=head))
    sent = end.asked[0].json()
    assert (sent["server_epoch"], sent["cursor"], sent["base"]["sig"]) == ("e", "c", "5" * 64)
