"""Does money arrive exactly, and can a newer server say more than this app knows?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.models import (
    Amount,
    BudgetUse,
    Issue,
    IssuePage,
    Project,
    ProjectPage,
    Rate,
    ServerInfo,
    SignedIn,
    SignIn,
    SyncReply,
)
from app.store.catalog import IssueLike, ProjectLike
from tests.app.api.far_end import ME, PASSWORD, SERVER, TOKEN, sync_reply

RATE = b'{"rate_type": "hourly", "rate_amount": %s, "currency": "USD"}'


def rate_of(number: str) -> Decimal:
    return msgspec.json.decode(RATE % number.encode(), type=Rate).rate_amount


@pytest.mark.parametrize("number", ["0.1", "12345678.1234", "0.0001", "50", "50.0000", "0", "999999.9999"])
def test_money_arrives_exactly(number: str) -> None:
    """0.1 as a float would be 0.1000000000000000055511151231257827…"""
    assert rate_of(number).as_tuple() == Decimal(number).as_tuple()


@given(st.decimals(min_value=0, max_value=10**10, places=4))
def test_every_amount_arrives_exactly(amount: Decimal) -> None:
    content = msgspec.json.Encoder(decimal_format="number").encode(Amount("USD", amount))
    assert b'"' not in content.split(b"total_cost")[1][1:], "a number, not a text"
    assert msgspec.json.decode(content, type=Amount).total_cost.as_tuple() == amount.as_tuple()


@pytest.mark.parametrize(
    "number", ["1e999999999", "0e999999999", "1e-999999999", '"NaN"', '"Infinity"', "NaN"]
)
@pytest.mark.parametrize(
    ("model", "content"),
    [
        (Rate, '{"rate_type": "hourly", "rate_amount": %s, "currency": "USD"}'),
        (Amount, '{"currency": "USD", "total_cost": %s}'),
        (BudgetUse, '{"project_id": 1, "as_of": 0, "percent": %s, "warning_percent": 80}'),
        (BudgetUse, '{"project_id": 1, "as_of": 0, "percent": 10.5, "warning_percent": %s}'),
    ],
)
def test_what_is_no_amount(model: type, content: str, number: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode((content % number).encode(), type=model)


@pytest.mark.parametrize("number", [str(2**53), "-1", "1.5", "true", '"1"'])
def test_what_is_no_whole_number(number: str) -> None:
    content = msgspec.json.encode(sync_reply()).replace(b'"last_seq":0', b'"last_seq":' + number.encode())
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(content, type=SyncReply)


def with_more(value: Any) -> Any:
    """The same as a newer server might say it."""
    if isinstance(value, dict):
        return {name: with_more(each) for name, each in value.items()} | {"new_in_2031": {"a": [1.5, None]}}
    if isinstance(value, list):
        return [with_more(each) for each in value]
    return value


def test_a_newer_server_may_say_more() -> None:
    plain = {"token": TOKEN, "token_id": 7, "user": ME}
    assert msgspec.convert(with_more(plain), SignedIn) == msgspec.convert(plain, SignedIn)


def test_a_newer_server_may_have_new_words() -> None:
    result = {"seq": 1, "action_id": "a", "outcome": "postponed", "of": "postponed", "code": "NEW_REASON"}
    reply = msgspec.convert(sync_reply(code="MAINTENANCE", results=[result]), SyncReply)
    assert (reply.code, reply.results[0].outcome) == ("MAINTENANCE", "postponed")
    assert (
        msgspec.convert({"rate_type": "daily", "rate_amount": 400, "currency": "EUR"}, Rate).rate_type
        == "daily"
    )


def test_the_cache_takes_projects_and_issues_as_they_are() -> None:
    issue: IssueLike = Issue(1, "BP-1", "Login", 2, is_deleted=False, updated_at=5)
    project: ProjectLike = Project(2, "BP", "Portal", is_archived=False)
    assert IssuePage([Issue(1, "BP-1", "Login", 2, is_deleted=False, updated_at=5)], None).items == [issue]
    assert ProjectPage([Project(2, "BP", "Portal", is_archived=False)], None).items == [project]


def test_no_secret_is_shown_by_accident() -> None:
    signed_in = msgspec.convert({"token": TOKEN, "user": ME}, SignedIn)
    assert TOKEN not in f"{signed_in!r} {signed_in}"
    assert PASSWORD not in repr(SignIn("anna@demo.test", PASSWORD, "desk", "id"))
    assert msgspec.convert(SERVER, ServerInfo) == signed_in.user.server
