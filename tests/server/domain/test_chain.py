"""What can no chain be made of?"""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.chain import canonical, genesis, link


@pytest.mark.parametrize("body", [{"x": 1.0}, {"x": [{"y": 0.5}]}, {"x": float("nan")}, {"x": "\ud800"}])
def test_what_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"float|surrogates"):
        canonical(body)


def test_a_body_that_is_too_deep_is_refused() -> None:
    body: dict[str, Any] = {}
    for _ in range(5_000):
        body = {"x": body}
    with pytest.raises(ValueError, match="deep"):
        canonical(body)


def test_numbers_and_truth_are_not_the_same() -> None:
    assert canonical({"x": 1}) != canonical({"x": True})


def test_what_came_before_is_part_of_the_chain() -> None:
    start = genesis("device")
    once = link(start, "a", b"digest")
    assert link(once, "b", b"digest") != link(start, "b", b"digest")
    assert len(once) == 64
