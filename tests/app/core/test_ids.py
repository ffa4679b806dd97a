"""Are the ids what RFC 9562 says they are?"""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import id_source, new_device_id, uuid7
from server.domain.messages import ID_TEXT
from tests.fakes.clock import START, FakeClock


def test_the_example_of_the_rfc() -> None:
    # RFC 9562, A.6: unix_ts_ms 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    random = bytes.fromhex("0CC318C4DC0C0C07398F")
    assert uuid7(0x017F22E279B0, random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_every_id_is_a_version_7_with_its_time(wall_ms: int, random: bytes) -> None:
    made = uuid.UUID(uuid7(wall_ms, random))
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, wall_ms)
    assert re.match(ID_TEXT, str(made))


def test_ids_of_the_same_second_differ() -> None:
    new_id = id_source(FakeClock())
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {uuid.UUID(each).int >> 80 for each in ids} == {START * 1000}


def test_a_device_id_is_random() -> None:
    made = uuid.UUID(new_device_id())
    assert (made.version, made.variant) == (4, uuid.RFC_4122)
    assert made != uuid.UUID(new_device_id())
