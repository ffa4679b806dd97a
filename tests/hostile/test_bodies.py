"""What becomes of bodies that no client of ours sends?

Every operation of the description that takes a body gets them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from httpx import Response

from server import bootstrap
from server.db.tables import metadata
from server.domain.messages import Problem
from tests.hostile.bodies import Sent, hostile
from tests.hostile.scene import scene
from tests.hostile.schemas import Book
from tests.server.api.front import PREFIX, Caller, Front, opened
from tests.server.company import Company

DOCUMENT: Final[dict[str, Any]] = json.loads(bootstrap.description())
TAKES_GZIP: Final = {"sync"}
OPERATIONS: Final = {
    operation["operationId"]: (method.upper(), path, operation["requestBody"])
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
}
SHOWN: Final = 40
BAD: Final = 400
FAILED: Final = 500
LONGEST: Final = 5_000


@pytest.fixture
def administrator(company: Company) -> Iterator[Caller]:
    """Whom nothing is refused for want of rights."""
    person = scene(company).administrator
    for front in opened(Front(company)):
        yield front.caller(person)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_body_that_nobody_means_well_with(administrator: Caller, name: str) -> None:
    method, path, body = OPERATIONS[name]
    company = administrator.front.company
    schema = body["content"]["application/json"]["schema"]
    wrong = []
    before = sizes(company)
    for sent in hostile(Book(DOCUMENT), schema, is_required=body["required"], takes_gzip=name in TAKES_GZIP):
        reply = administrator.ask(method, filled(path), sent.headers, content=sent.body)
        after = sizes(company)
        words = judged(sent, reply)
        if reply.status_code >= BAD and after != before:
            words.append(f"refused, and yet something was written: {set(after) ^ set(before)}")
        wrong += [f"{sent.what}: {each}\n    {reply.status_code} {reply.text[:300]}" for each in words]
        before = after
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:SHOWN])


def filled(path: str) -> str:
    """The first of everything."""
    return re.sub(r"\{\w+\}", "1", path.removeprefix(PREFIX))


def sizes(company: Company) -> list[tuple[Any, ...]]:
    """How many rows each table has."""
    counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in metadata.tables)  # noqa: S608
    return sorted(company.rows(counted))


def judged(sent: Sent, reply: Response) -> list[str]:
    """What is not as it should be."""
    status = reply.status_code
    if status >= FAILED:
        return ["a failure"]
    if sent.refused is None:
        return [] if status < BAD else problem_faults(reply)
    if status not in sent.refused:
        return [f"not refused with {sent.refused}"]
    faults = problem_faults(reply)
    if sent.names and sent.names not in {error["field"] for error in reply.json().get("errors", ())}:
        faults.append(f"{sent.names} is not named")
    return faults


def problem_faults(reply: Response) -> list[str]:
    """It says what is wrong, in few words, and as the description says."""
    faults = []
    if reply.headers["content-type"] != "application/problem+json":
        faults.append("not a problem document")
    if len(reply.content) > LONGEST:
        faults.append("what was sent comes back")
    problem = msgspec.json.decode(reply.content, type=Problem)
    if problem.status != reply.status_code or not (problem.code and problem.title and problem.detail):
        faults.append("not a good problem document")
    if problem.code == "invalid" and not problem.errors:
        faults.append("no field is named")
    return faults
