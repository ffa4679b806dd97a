"""Are the server's own ids what RFC 9562 calls version 7?"""

from __future__ import annotations

from uuid import RFC_4122, UUID

import pytest

from server.domain.ids import uuid7


@pytest.mark.parametrize("now_ms", [0, 1, 1_780_000_000_123, 2**48 - 1])
def test_version_variant_and_time(now_ms: int) -> None:
    made = UUID(uuid7(now_ms))
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == now_ms


def test_a_later_one_is_greater() -> None:
    assert uuid7(1_780_000_000_123) < uuid7(1_780_000_000_124)


def test_no_two_are_the_same() -> None:
    assert len({uuid7(1_780_000_000_123) for _ in range(1000)}) == 1000
