"""What happens to requests that nobody means well with?

One server takes them all, and is as well after each of them as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.api.front import Caller, Front, opened, refused
from tests.server.company import Company
from tests.server.databases import Empty

START = "/time-tracking/start"
STOP = "/time-tracking/stop"


@pytest.fixture(scope="module")
def front(new_database: Callable[[Path], Empty], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    company = Company(new_database(tmp_path_factory.mktemp("bad-input")))
    yield from opened(Front(company))
    company.close()


@pytest.fixture(scope="module")
def anna(front: Front) -> Caller:
    return front.caller(front.company.anna)


@pytest.fixture(autouse=True)
def _still_well(front: Front) -> Iterator[None]:
    yield
    assert not front.said("Request failed")
    assert front.ask("GET", "/readyz").status_code == 200


@pytest.mark.parametrize(
    "body", [b"{", b"start", b"\xff\xfe", b'{"issue_id":1,}', b"[" * 100_000, b'"\\ud800"', b"{}{}"]
)
def test_what_is_not_json(anna: Caller, body: bytes) -> None:
    reply = anna.send(START, body)
    assert reply.status_code in (400, 413), reply.text
    assert reply.json()["code"] in ("bad_request", "too_large")


@pytest.mark.parametrize("text", [b'"\xff"', b'"\xed\xa0\x80"', b'"\\ud800"', b'"\\udc00x"', b'"\\u12"'])
@pytest.mark.parametrize("path", [START, STOP])
def test_text_that_is_no_unicode(anna: Caller, path: str, text: bytes) -> None:
    field = b"issue_id" if path == START else b"description"
    refused(anna.send(path, b'{"%s":%s}' % (field, text)), 400, "bad_request")


@pytest.mark.parametrize("body", [b"null", b"[]", b"3", b'"x"', b"true"])
def test_json_that_is_no_object(anna: Caller, body: bytes) -> None:
    refused(anna.send(START, body), 422, "invalid", "body")


@pytest.mark.parametrize(
    "value",
    [
        '"1"',
        "1.0",
        "1.5",
        "true",
        "null",
        "[1]",
        "{}",
        "0",
        "-1",
        "9007199254740992",
        "9" * 40,
        "9" * 5_000,
        "1e400",
    ],
)
def test_an_issue_id_that_is_none(anna: Caller, value: str) -> None:
    refused(anna.send(START, f'{{"issue_id":{value},"project_id":1}}'.encode()), 422, "invalid", "issue_id")


def test_missing_and_unknown_fields_are_named_together(anna: Caller) -> None:
    refused(anna.post(START, {"issue": 1}), 422, "invalid", "issue_id", "project_id", "issue")


def test_an_empty_start(anna: Caller) -> None:
    refused(anna.post(START), 422, "invalid", "body")


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_a_pause_says_nothing(anna: Caller, action: str) -> None:
    anna.start("BP-1")
    refused(anna.act(action, {"description": "x"}), 422, "invalid", "description")


def test_a_description_of_ten_thousand_and_one(anna: Caller) -> None:
    anna.start("BP-1")
    refused(anna.act("stop", {"description": "x" * 10_001}), 422, "invalid", "description")
    assert anna.act("stop").status_code == 200


def test_a_description_of_a_million(front: Front, anna: Caller) -> None:
    anna.start("BP-1")
    refused(anna.act("stop", {"description": "x" * 1_000_000}), 413, "too_large")
    assert anna.act("stop").status_code == 200


def test_a_long_name_of_a_field_is_not_sent_back(anna: Caller) -> None:
    reply = anna.post(STOP, {"x" * 50_000: 1})
    assert len(reply.content) < 1_000


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/api/v1", "/api/v1/nothing", "/schema", "/docs", "/api/v2/me", "/%00", "/api/v1/me/x"],
)
def test_an_unknown_route(front: Front, path: str) -> None:
    refused(front.ask("GET", path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/time-tracking/start", "POST"),
        ("POST", "/api/v1/me", "GET"),
        ("PUT", "/api/v1/auth/token", "DELETE"),
        ("DELETE", "/healthz", "GET"),
    ],
)
def test_a_wrong_method(front: Front, method: str, path: str, allowed: str) -> None:
    reply = front.ask(method, path)
    refused(reply, 405, "method_not_allowed")
    assert allowed in reply.headers["allow"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=0", ["limit"]),
        ("limit=201", ["limit"]),
        ("limit=x", ["limit"]),
        ("from=yesterday", ["from"]),
        ("to=-1", ["to"]),
        ("from=99999999999999", ["from"]),
        ("project=BP", ["project"]),
        ("issue=0", ["issue"]),
        ("user=anna", ["user"]),
        ("user=-1", ["user"]),
        ("status=sleeping", ["status"]),
        ("billable=perhaps", ["billable"]),
        ("cursor=x", ["cursor"]),
        ("cursor=1.2.3", ["cursor"]),
        ("cursor=" + "9" * 101, ["cursor"]),
        ("cursor=1%00.2", ["cursor"]),
        ("limit=x&from=x&billable=x", ["limit", "from", "billable"]),
        ("project=null", ["project"]),
        ("from=%6eULL&status=null&billable=Null", ["from", "status", "billable"]),
        ("user=1&user=2", ["user"]),
    ],
)
def test_a_question_about_logs_that_cannot_be_answered(anna: Caller, query: str, fields: list[str]) -> None:
    refused(anna.ask("GET", f"/time-tracking/logs?{query}"), 422, "invalid", *fields)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=" + "x" * 201, "q"),
        ("q=%00", "q"),
        ("project_id=x", "project_id"),
        ("updated_since=x", "updated_since"),
        ("cursor=..", "cursor"),
        ("limit=1001", "limit"),
    ],
)
def test_a_question_about_issues_that_cannot_be_answered(anna: Caller, query: str, field: str) -> None:
    refused(anna.ask("GET", f"/issues?{query}"), 422, "invalid", field)


@pytest.mark.parametrize("q", ["null", "%", "_", "'", '"; DROP TABLE issues', "\\", "🙂"])
def test_any_words_can_be_looked_for(anna: Caller, q: str) -> None:
    assert anna.get("/issues", q=q)["items"] == []


@pytest.mark.parametrize("given", ["x" * 65, "a b", "Ünit".encode().decode("latin-1"), ""])
def test_a_request_id_that_could_do_harm_is_replaced(front: Front, given: str) -> None:
    reply = front.ask("GET", "/healthz", headers={"X-Request-Id": given.encode("latin-1")})
    assert reply.headers["x-request-id"] != given
    assert len(reply.headers["x-request-id"]) == 16
