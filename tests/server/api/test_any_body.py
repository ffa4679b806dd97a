"""Is every body, however odd, answered with a reply of ours and never with a failure?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.server.api.front import Caller, Front, opened
from tests.server.company import Company
from tests.server.databases import Empty

ROUTES: Final = [
    "/auth/token",
    *(f"/time-tracking/{name}" for name in ("start", "pause", "resume", "stop", "sync")),
]
NAMES: Final = [
    "issue_id", "project_id", "description", "email", "password", "device_name", "device_id", "protocol", "nonce",
    "now", "base", "actions", "beat", "seq", "chain", "kind", "body", "t", "wall", "v",
]  # fmt: skip
plain = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
anything = some.recursive(
    plain,
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(NAMES) | some.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def front(new_database: Callable[[Path], Empty], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    company = Company(new_database(tmp_path_factory.mktemp("any-body")))
    yield from opened(Front(company))
    company.close()


@pytest.fixture(scope="module")
def anna(front: Front) -> Caller:
    return front.caller(front.company.anna)


@given(
    path=some.sampled_from(ROUTES),
    body=some.binary(max_size=60) | anything.map(lambda it: json.dumps(it).encode()),
)
@settings(max_examples=100)
def test_any_bytes(front: Front, anna: Caller, path: str, body: bytes) -> None:
    judge(front, anna.send(path, body))


@given(where=some.lists(some.integers(0, 8), max_size=4), what=anything)
@settings(max_examples=100)
def test_a_good_batch_with_something_odd_in_it(
    front: Front, anna: Caller, where: list[int], what: Any
) -> None:
    device = anna.device()
    device.start("BP-1", "7:00")
    device.stop("7:30", "Fixed it")
    batch = replaced(msgspec.to_builtins(device.request()), where, what)
    judge(front, anna.send("/time-tracking/sync", json.dumps(batch).encode()))


def replaced(value: Any, where: list[int], what: Any) -> Any:
    """`value` with `what` somewhere inside."""
    if not where or not isinstance(value, (dict, list)) or not value:
        return what
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    place = places[where[0] % len(places)]
    value[place] = replaced(value[place], where[1:], what)
    return value


def judge(front: Front, reply: Any) -> None:
    assert reply.status_code < 500, reply.text
    if reply.status_code >= 400:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["code"]
    front.company.check()
    front.out.seek(0)
    front.out.truncate()
