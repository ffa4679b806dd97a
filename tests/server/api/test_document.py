"""Is the API's description true, whole, and the one that is committed?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from server import bootstrap
from server.api.app import ROUTES
from tests.server.api.front import PREFIX, Front, refused
from tests.server.api.valid import body_of, path_of

COMMITTED: Final = Path(__file__).resolve().parents[3] / "resources" / "openapi.json"
DOCUMENT: Final[dict[str, Any]] = json.loads(bootstrap.description())
PUBLIC: Final = {"health", "ready", "signIn", "openSession"}
OPERATIONS: Final = [
    (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
IDS: Final = [operation["operationId"] for _, _, operation in OPERATIONS]
each_operation = pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)


def test_the_committed_description_is_this_one() -> None:
    assert COMMITTED.read_bytes() == bootstrap.description(), "type: make openapi"


def test_it_is_served(front: Front) -> None:
    reply = front.ask("GET", "/schema/openapi.json")
    assert reply.content == COMMITTED.read_bytes()
    assert reply.headers["content-type"].startswith("application/vnd.oai.openapi+json")


def test_every_route_is_in_it() -> None:
    served = {PREFIX + re.sub(r":\w+}", "}", path) for route in ROUTES for path in route.paths}
    assert served | {"/healthz", "/readyz"} == set(DOCUMENT["paths"])


def test_operations_have_names_of_their_own() -> None:
    assert len(IDS) == len(set(IDS))


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert named == set(DOCUMENT["components"]["schemas"])


@each_operation
def test_an_operation_says_what_it_does(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"])
    assert any(int(status) < 300 for status in operation["responses"])
    for status, reply in operation["responses"].items():
        assert reply["description"]
        assert all(header["schema"] for header in reply.get("headers", {}).values())
        if int(status) >= 400:
            assert list(reply["content"]) == ["application/problem+json"]
    assert "500" in operation["responses"]


@each_operation
def test_it_says_who_has_to_sign_in(front: Front, method: str, path: str, operation: dict[str, Any]) -> None:
    """Every route but the public ones refuses a stranger, and both are described."""
    reply = front.ask(method, path_of(path, {}), content=body_of(DOCUMENT, operation))
    if operation["operationId"] in PUBLIC:
        assert operation["security"] == [{}]
        assert reply.status_code in (200, 401)
        assert reply.status_code == 200 or reply.json()["code"] == "bad_credentials"
    else:
        assert "security" not in operation
        assert "401" in operation["responses"]
        refused(reply, 401, "not_signed_in")


@each_operation
def test_a_token_that_opens_nothing(front: Front, method: str, path: str, operation: dict[str, Any]) -> None:
    if operation["operationId"] not in PUBLIC:
        headers = {"Authorization": "Bearer hk_made-up"}
        reply = front.ask(method, path_of(path, {}), headers=headers, content=body_of(DOCUMENT, operation))
        refused(reply, 401, "not_signed_in")


def test_nothing_is_read_of_a_strangers_request(front: Front) -> None:
    reply = front.ask("POST", f"{PREFIX}/time-tracking/sync", content=b"x" * 10_000_000)
    refused(reply, 401, "not_signed_in")


def test_money_is_a_number() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["TimerReply"]["properties"]["cost"] == {"type": "number"}
    assert schemas["TimeLog"]["properties"]["total_cost"] == {"type": "number"}
    assert "decimal" not in json.dumps(schemas)


def test_what_may_be_left_out_is_never_null() -> None:
    for _, _, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            assert "null" not in json.dumps(parameter)
    bodies = {
        operation["operationId"]: operation["requestBody"]
        for _, _, operation in OPERATIONS
        if "requestBody" in operation
    }
    optional = {name for name, body in bodies.items() if not body["required"]}
    assert optional == {
        "pauseTimer", "resumeTimer", "stopTimer", "lockProjectBudget", "acknowledgeAlert",
        "approveRequest", "rejectRequest", "retryDelivery",
    }  # fmt: skip
    assert bodies["stopTimer"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/StopTimer"
    }


def test_the_seeds_names_are_in_it() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["StartTimer"]["required"] == ["issue_id", "project_id"]
    assert schemas["StartTimer"]["additionalProperties"] is False
    assert set(schemas["StopTimer"]["properties"]) == {"description"}
    logs = DOCUMENT["paths"][f"{PREFIX}/time-tracking/logs"]["get"]["parameters"]
    assert [each["name"] for each in logs] == [
        "from", "to", "project", "issue", "user", "status", "billable",
        "cursor", "include_deleted", "limit",
    ]  # fmt: skip
