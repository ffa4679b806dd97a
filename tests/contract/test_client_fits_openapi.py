"""Does the app send what the server documents, and understand all that it may answer?"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.client import Client
from app.api.models import (
    Action,
    Beat,
    ChainHead,
    ClockReading,
    IssuePage,
    ProjectPage,
    ServerInfo,
    SignedIn,
    SyncReply,
    SyncRequest,
)
from app.api.problems import (
    ApiProblem,
    Busy,
    Forbidden,
    Portal,
    Refused,
    ServerFailed,
    TooLarge,
    Unauthorised,
)
from app.store.outbox import Outbox
from tests.app.api.far_end import NONCE, PASSWORD, TOKEN, FarEnd, Said, client_of
from tests.contract.wire_document import Operation, WireDocument
from tests.fakes.desk import Desk

JSON: Final = {"Content-Type": "application/json"}
PROBLEM: Final = {"Content-Type": "application/problem+json"}
DEVICE: Final = "0f8fad5b-d9cb-469f-a165-70867728950e"
wire: Final = WireDocument.committed()


def a_days_work(folder: Path) -> SyncRequest:
    """All kinds of actions, as the app records them."""
    outbox = Outbox.open(folder / "queue.sqlite3")
    try:
        desk = Desk(outbox)
        for gesture in (desk.start, desk.pause, desk.resume, lambda: desk.stop("Fixed it. 🕐"), desk.start):
            gesture()
            desk.clock.advance(minutes=10)
        batch, reading = outbox.batch(), desk.clock.reading()
    finally:
        outbox.close()
    return SyncRequest(
        nonce=NONCE,
        device_id=batch.device_id,
        now=ClockReading(reading.session, reading.mono_ms, reading.wall, reading.tz),
        base=ChainHead(batch.base.seq, batch.base.chain),
        actions=[
            Action(each.seq, each.action_id, each.v, each.kind, each.chain, each.body)
            for each in batch.actions
        ],
        parent_device_id=DEVICE,
        device_name="Anna's laptop",
        app_version="0.1.0",
        beat=Beat(batch.actions[-1].body["claim_id"], reading.wall),
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> SyncRequest:
    return a_days_work(tmp_path_factory.mktemp("profile"))


Call = Callable[[Client, SyncRequest], object]
CALLS: Final[dict[tuple[str, str], tuple[Call, Any]]] = {
    ("GET", "/healthz"): (lambda client, _: client.server_info(), ServerInfo),
    ("POST", "/api/v1/auth/token"): (
        lambda client, _: client.sign_in("anna@demo.test", PASSWORD, "Anna's laptop", DEVICE),
        SignedIn,
    ),
    ("DELETE", "/api/v1/auth/token"): (lambda client, _: client.sign_out(TOKEN), None),
    ("GET", "/api/v1/projects"): (lambda client, _: client.projects(TOKEN, "1"), ProjectPage),
    ("GET", "/api/v1/issues"): (lambda client, _: client.issues(TOKEN, 1_767_603_600, "6000.4"), IssuePage),
    ("POST", "/api/v1/time-tracking/sync"): (lambda client, work: client.sync(TOKEN, work), SyncReply),
}
every_call = pytest.mark.parametrize(("method", "path"), CALLS)
many = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40
)


def say(content: object) -> bytes:
    """As the server writes it: money as a number."""
    return msgspec.json.Encoder(decimal_format="number").encode(content)


def marked(content: Any, path: str) -> Any:
    """An example with the marks by which the app knows its server."""
    if path == "/healthz":
        return content | {"product": "hourkeep", "server_id": "5f3e"}
    if path.endswith("/sync"):
        return content | {"nonce": NONCE, "server_id": "5f3e"}
    return content


def good_answer(operation: Operation, path: str) -> st.SearchStrategy[Said]:
    status, schema = operation.success()
    if schema is None:
        return st.just(Said(status))
    return wire.examples(schema).map(lambda content: Said(status, say(marked(content, path)), JSON))


@every_call
@many
@given(data=st.data())
def test_a_call_is_one_that_the_server_knows(
    method: str, path: str, data: st.DataObject, work: SyncRequest
) -> None:
    operation = wire.operation(method, path)
    end = FarEnd(data.draw(good_answer(operation, path)))
    CALLS[method, path][0](client_of(end), work)
    asked = end.asked[0]
    parts = urlsplit(asked.request.url or "")
    assert (asked.request.method, parts.path) == (method, path)
    assert set(parse_qs(parts.query)) <= operation.query_names
    if asked.request.body is None:
        assert "requestBody" not in operation.content
    else:
        assert list(wire.faults(asked.json(), operation.request)) == []


@every_call
@many
@given(data=st.data())
def test_whatever_the_server_may_answer_is_understood(
    method: str, path: str, data: st.DataObject, work: SyncRequest
) -> None:
    call, model = CALLS[method, path]
    said = data.draw(good_answer(wire.operation(method, path), path))
    got = call(client_of(FarEnd(said)), work)
    if model is None:
        assert got is None
    else:
        assert is_part_of(msgspec.to_builtins(got, builtin_types=(Decimal,)), with_decimals(said.body))


EXPECTED: Final[dict[int, type[ApiProblem]]] = {
    401: Unauthorised,
    403: Forbidden,
    413: TooLarge,
    429: Busy,
    500: ServerFailed,
    503: Busy,
}


@every_call
@many
@given(data=st.data())
def test_whatever_the_server_may_refuse_is_understood(
    method: str, path: str, data: st.DataObject, work: SyncRequest
) -> None:
    operation = wire.operation(method, path)
    status = data.draw(st.sampled_from(sorted(operation.failures())))
    schema = operation.failures()[status]["content"]["application/problem+json"]["schema"]
    content = data.draw(wire.examples(schema)) | {"status": status, "code": data.draw(st.sampled_from(CODES))}
    end = FarEnd(Said(status, say(content), PROBLEM))
    if (method, status) == ("DELETE", 401) and content["code"] in SIGN_IN_CODES:
        CALLS[method, path][0](client_of(end), work)
        return
    with pytest.raises(ApiProblem) as failed:
        CALLS[method, path][0](client_of(end), work)
    expected = EXPECTED.get(status, Refused)
    if status == 401 and content["code"] not in SIGN_IN_CODES:
        expected = Portal
    assert type(failed.value) is expected


SIGN_IN_CODES: Final = ["not_signed_in", "bad_credentials"]
CODES: Final = [*SIGN_IN_CODES, "invalid"]


def with_decimals(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)


def is_part_of(got: Any, said: Any) -> bool:
    """Whether the app has what the server said, exactly; fields that the app does not need may be missing."""
    if isinstance(got, dict):
        return all(is_part_of(each, said.get(name)) for name, each in got.items())
    if isinstance(got, list):
        return len(got) == len(said) and all(map(is_part_of, got, said))
    return bool(got == said)


# ---- does the check itself find anything? -------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "short"},
        {"device_id": "not an id"},
        {"now": {"session": "s"}},
        {"base": {"seq": -1, "chain": "0" * 64}},
        {"actions": [{}]},
        {"actions": 1},
        {"beat": "now"},
        {"protocol": True},
        {"protocol": 1.5},
        {"surprise": 1},
    ],
)
def test_a_wrong_request_would_be_found(spoil: dict[str, Any], work: SyncRequest) -> None:
    schema = wire.operation("POST", "/api/v1/time-tracking/sync").request
    right = msgspec.to_builtins(work)
    assert list(wire.faults(right, schema)) == []
    assert list(wire.faults(right | spoil, schema)) != []
