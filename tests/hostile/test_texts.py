"""Does text come back as it was, in every writing, from every database?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from httpx import Response

from server.domain.messages import Role
from tests.server.api.front import Caller, Front, opened
from tests.server.company import Company
from tests.server.databases import ALL, POSTGRESQL

TEXTS: Final = [
    "Fixed it 👩🏽‍💻🏳️‍🌈 done",  # an emoji of several
    "تم إصلاح الخطأ \u200f و עברית",  # right to left
    "abc\u202egnirts\u202c",  # written the other way
    "e\u0301 and é are two",  # accents of their own
    "𝒳𠜎🜁",  # beyond the plane
    """' " ` \\ -- ; /* {} %s $1 :x""",  # quotes
    "\uff46\uff55\uff4c\uff4c\u3000\uff57\uff49\uff44\uff54\uff48",  # wide
    "a\u200bb\ufeffc\u00add",  # invisible
]
ODD: Final = ["\0", "a\0b", "\x01\x1b[31m", "\uffff\ufffe", "\x7f\x80\x9f"]


@pytest.fixture(params=ALL)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def administrator(company: Company) -> Iterator[Caller]:
    person = company.hire("ada", [], Role.ADMIN)
    for front in opened(Front(company)):
        yield front.caller(person)


def said(reply: Response, status: int) -> Any:
    assert reply.status_code == status, reply.text
    return reply.json()


def log_with(administrator: Caller, description: str) -> Any:
    """What is kept of a stop with this description."""
    company = administrator.front.company
    started = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    said(administrator.post("/time-tracking/start", started), 200)
    company.clock.advance(minutes=1)
    log_id = said(administrator.act("stop", {"description": description}), 200)["time_log_id"]
    return administrator.get(f"/time-tracking/logs/{log_id}")["log"]["description"]


def test_it_comes_back(administrator: Caller) -> None:
    """And is found by it."""
    project = said(administrator.post("/projects", {"key": "TXT", "name": "Text"}), 201)["id"]
    for number, text in enumerate(TEXTS, 1):
        said(administrator.ask("PATCH", f"/projects/{project}", json={"name": text}), 200)
        issue = {"project_id": project, "key": f"TXT-{number}", "summary": text}
        issue_id = said(administrator.post("/issues", issue), 201)["id"]
        assert administrator.get(f"/projects/{project}")["name"] == text
        assert administrator.get(f"/issues/{issue_id}")["summary"] == text
        assert [found["id"] for found in administrator.get("/issues", q=text)["items"]] == [issue_id]
        assert log_with(administrator, text) == text


def test_a_stop_is_refused_for_no_text(administrator: Caller) -> None:
    """PostgreSQL holds no NUL: there it is left out."""
    is_without = administrator.front.company.kind == POSTGRESQL
    for text in ODD:
        assert log_with(administrator, text) == (text.replace("\0", "") if is_without else text)


def test_no_text_stops_a_journal(administrator: Caller) -> None:
    for name in ("device_name", "app_version", "nonce", "session", "kind"):
        device = administrator.device()
        device.start("BP-1", "7:00")
        device.stop("7:30", "a\0b")
        reply = administrator.post(
            "/time-tracking/sync", with_nul(msgspec.to_builtins(device.request()), name)
        )
        assert reply.status_code == 200, reply.text
    administrator.front.company.check()


def with_nul(batch: Any, name: str) -> Any:
    odd = "a\0bcdefgh"
    match name:
        case "kind":
            batch["actions"][1]["kind"] = odd
        case "session":
            batch["now"]["session"] = odd
        case _:
            batch[name] = odd
    return batch
