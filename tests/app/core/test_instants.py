"""Is the second that an action means the same here and at the server, whatever the device's clock says?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.clock import Reading, ServerAnchor
from app.core.instants import instant, instant_of

BOOT = "11111111-1111-4111-8111-111111111111"
ANCHOR = ServerAnchor(BOOT, 1_767_600_000)


def reading(anchor: ServerAnchor | None = None, mono_s: int = 5000, wall: int = 1_767_000_000) -> Reading:
    return Reading(wall, BOOT, mono_s, mono_s * 1000, mono_s - 100, "UTC", anchor)


def test_in_its_own_session_an_action_goes_by_the_servers_anchor() -> None:
    t = instant(reading(), 1_767_000_000)
    assert instant_of(t, None) == 1_767_000_000
    assert instant_of(t, ANCHOR) == ANCHOR.mono0_s + 5000


def test_of_another_session_the_offset_that_was_known_then_counts() -> None:
    t = instant(reading(ANCHOR), ANCHOR.mono0_s + 4990)
    assert (t["wall"], t["mono_s"]) == (1_767_000_000 - 10, 4990)
    for anchor in (None, ServerAnchor("another boot", 77)):
        assert instant_of(t, anchor) == ANCHOR.mono0_s + 4990


def test_without_anything_learned_the_wall_clock_counts() -> None:
    assert instant_of(instant(reading(), 1_766_999_000), ServerAnchor("another boot", 77)) == 1_766_999_000


def test_before_the_boot_there_is_no_session() -> None:
    t = instant(reading(ANCHOR, mono_s=30), ANCHOR.mono0_s - 600)
    assert (t["session"], t["mono_s"], t["awake_s"]) == ("", 0, 0)
    assert instant_of(t, ANCHOR) == ANCHOR.mono0_s - 600


def test_an_instant_is_sent_even_by_a_device_whose_clock_begins_in_1970() -> None:
    assert instant(reading(ANCHOR, mono_s=30, wall=5), ANCHOR.mono0_s - 600)["wall"] == 0


@given(
    st.integers(0, 10**7),
    st.integers(10**6, 2**32),
    st.integers(10**6, 2**32),
    st.integers(-(10**5), 0),
    st.sampled_from(["this boot", "a later boot"]),
)
def test_what_was_said_is_what_is_understood(
    mono_s: int, wall: int, mono0_s: int, shift: int, read_in: str
) -> None:
    anchor = ServerAnchor(BOOT, mono0_s)
    said = reading(anchor, mono_s, wall)
    understood_by = anchor if read_in == "this boot" else None
    assert instant_of(instant(said, said.now + shift), understood_by) == said.now + shift
