"""Do the app and the server compute the same bytes for the same history?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import actions as app_side
from server.domain import chain as server_side
from tests.server.device import extend, head_of

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
bodies = st.dictionaries(texts, values, max_size=6)
ids = st.uuids().map(str)
chains = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(st.integers(1, 1000), texts, bodies)
def test_a_body_has_one_hash(v: int, kind: str, body: dict[str, Any]) -> None:
    assert app_side.body_hash(v, kind, body) == server_side.body_hash(v, kind, body)


@given(bodies)
def test_a_body_is_written_in_one_way(body: dict[str, Any]) -> None:
    backwards = dict(reversed(body.items()))
    assert app_side.canonical(body) == server_side.canonical(backwards)


@given(ids)
def test_a_device_has_one_beginning(device_id: str) -> None:
    assert app_side.genesis(device_id) == server_side.genesis(device_id) == head_of(device_id)


@given(chains, ids, st.sampled_from(["timer.start", "timer.stop"]), bodies)
def test_a_history_goes_on_in_one_way(before: str, action_id: str, kind: str, body: dict[str, Any]) -> None:
    by_app = app_side.link(before, action_id, app_side.body_hash(1, kind, body))
    by_server = server_side.link(before, action_id, server_side.body_hash(1, kind, body))
    assert by_app == by_server == extend(before, action_id, kind, body)


@given(bodies, texts, st.floats())
def test_neither_takes_a_float(body: dict[str, Any], key: str, number: float) -> None:
    for side in (app_side.canonical, server_side.canonical):
        with pytest.raises(ValueError, match="no floats"):
            side({**body, key: [{"deep": number}]})


def test_the_example_of_the_description() -> None:
    """One history written out, so that neither side can change without the other."""
    body = {"issue_id": 4711, "t": {"tz": "Europe/Berlin"}, "note": "Grüße — “BP”"}
    device_id, action_id = "0190a000-0000-4000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"
    digest = server_side.body_hash(1, "timer.start", body)
    assert server_side.canonical({"v": 1, "kind": "timer.start", "body": body}).decode() == (
        '{"body":{"issue_id":4711,"note":"Grüße — “BP”","t":{"tz":"Europe/Berlin"}},"kind":"timer.start","v":1}'
    )
    assert digest.hex() == "12c60fe04d26c6cd3c926ea25ab513238d6a5b3fd529386051c1f40508ade420"
    assert (
        app_side.link(app_side.genesis(device_id), action_id, digest)
        == "ae523ce6dc8f6897847e8882a5407e834856df56b7323f878b886f2739c94bec"
    )
