"""What becomes of addresses and questions that nobody means well with?

Every operation of the description is asked with each of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest
from httpx import Response

from server import bootstrap
from tests.hostile.scene import scene
from tests.server.api.front import Caller, Front, opened
from tests.server.company import Company

DOCUMENT: Final[dict[str, Any]] = json.loads(bootstrap.description())
OPERATIONS: Final = {
    operation["operationId"]: (method.upper(), path, operation.get("parameters", ()))
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
WITH_PLACES: Final = [name for name, (_, path, _) in OPERATIONS.items() if "{" in path]
ASKING: Final = [
    name
    for name, (method, _, asked) in OPERATIONS.items()
    if method == "GET" and any(each["in"] == "query" for each in asked)
]
NO_IDS: Final = [
    "0", "-1", "1.0", "1e3", "0x1", "a", "null", "true", "NaN", str(2**53), str(2**63), str(2**64), "9" * 400, "%00", "1%00",
    "1%0a", "%201", "+1", "01", "1_0", "%EF%BC%91", "..%2f1", "%2e%2e", "1;2", "1,2", "1'--", "%F0%9F%99%82", "%ff", "%",
]  # fmt: skip
ODD: Final = [
    *NO_IDS, "", "%20", "2026-02-31", "0000-01-01", "9999-12-31", "0001-01-01", "10000-01-01", "%E2%80%AE", "%", "_", "[1]",
    "{}", "x" * 3_000,
]  # fmt: skip


@pytest.fixture
def administrator(company: Company) -> Iterator[Caller]:
    person = scene(company).administrator
    for front in opened(Front(company)):
        yield front.caller(person)


def address(path: str, odd: str | None = None) -> str:
    """With the first of everything, or with something odd in each place."""
    return re.sub(r"\{\w+\}", odd or "1", path)


def ask(caller: Caller, method: str, path: str) -> Response:
    headers = {"Authorization": f"Bearer {caller.token}"}
    reply = caller.front.ask(method, path, headers=headers)
    assert reply.status_code < 500, (method, path, reply.text)
    if reply.status_code >= 400:
        assert reply.headers["content-type"] == "application/problem+json", (method, path)
        assert len(reply.content) < 5_000, (method, path)
    return reply


@pytest.mark.parametrize("name", WITH_PLACES)
def test_an_id_that_is_none(administrator: Caller, name: str) -> None:
    method, path, _ = OPERATIONS[name]
    for odd in NO_IDS:
        reply = ask(administrator, method, address(path, odd))
        assert reply.status_code in {404, 405, 422}, (odd, reply.text)


@pytest.mark.parametrize("name", ASKING)
def test_a_question_that_is_none(administrator: Caller, name: str) -> None:
    _, path, parameters = OPERATIONS[name]
    for each in parameters:
        if each["in"] == "query":
            for odd in ODD:
                ask(administrator, "GET", f"{address(path)}?{quote(each['name'])}={odd}")
            twice = ask(administrator, "GET", f"{address(path)}?{each['name']}=1&{each['name']}=1")
            assert twice.status_code == 422, twice.text
