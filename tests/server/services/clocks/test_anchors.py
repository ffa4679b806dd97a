"""By what is a device's monotonic clock read, and when is that made anew?"""

from __future__ import annotations

import pytest

from server.domain.messages import ChainHead, SyncCode
from tests.server.company import Person
from tests.server.daytime import at
from tests.server.laptop import DAY, Laptop, anchors, clock, qualities


def test_the_reply_says_by_what_the_server_reads_this_clock(anna: Person, laptop: Laptop) -> None:
    reply = laptop.push(laptop.request())
    assert reply.anchor is not None
    assert (reply.anchor.session, reply.anchor.mono0_s) == ("first boot", laptop.booted)
    laptop.wall_off = DAY
    assert laptop.push(laptop.request()).anchor == reply.anchor
    assert anchors(anna.company) == [laptop.booted]


def test_no_anchor_without_a_session(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.session = ""
    assert laptop.push(laptop.request()).anchor is None
    assert anchors(anna.company) == []


def test_no_anchor_where_the_history_is_another_one(laptop: Laptop) -> None:
    ahead = ChainHead(seq=2, chain=laptop.chain_at(0))
    reply = laptop.push(laptop.request(base=ahead))
    assert (reply.code, reply.anchor) == (SyncCode.BEHIND, None)


def test_what_happens_now_is_never_ahead(anna: Person) -> None:
    """Both that are truncated add up to the second before, never to the one after."""
    anna.company.clock.advance(millis=100)
    laptop = Laptop(anna)
    laptop.start("BP-1", "8:00")
    request = laptop.request()
    request.now.mono_ms -= 300
    laptop.push(request)
    assert anchors(anna.company) == [at("6:00")]
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert timer.started_at == at("8:00")


def test_a_clock_that_drifts_is_followed_between_claims_only(anna: Person, laptop: Laptop) -> None:
    company = anna.company
    laptop.start("BP-1", "8:10")
    clock(company, "9:00")
    laptop.sync()
    laptop.booted -= 3  # it has gained three seconds
    laptop.sync()
    assert anchors(company) == [at("6:00")]
    laptop.stop("8:59:57")
    laptop.sync()
    assert anna.counted("BP-1") == ["8:10-9:00"]
    assert anchors(company) == [at("6:00")]
    laptop.push(laptop.request())
    assert anchors(company) == [at("6:00") - 3]
    laptop.worked("9:10", "9:20", "BP-2")
    clock(company, "9:30")
    laptop.sync()
    assert anna.counted("BP-2") == ["9:10-9:20"]


def test_a_first_request_that_came_late_is_put_right_by_the_next(anna: Person) -> None:
    laptop = Laptop(anna)
    request = laptop.request()
    clock(anna.company, "8:00:50")
    laptop.push(request)
    assert anchors(anna.company) == [at("6:00:50")]
    laptop.worked("8:10", "8:20")
    clock(anna.company, "8:30")
    laptop.sync()
    assert anchors(anna.company) == [at("6:00")]
    assert anna.counted("BP-1") == ["8:10-8:20"]


def test_a_request_that_was_under_way_for_minutes_moves_nothing(anna: Person, laptop: Laptop) -> None:
    """To a server that was set back and does not know this session any more."""
    anna.company.write("DELETE FROM clock_anchors")
    laptop.learned = 0
    laptop.worked("8:10", "8:20")
    clock(anna.company, "8:20")
    request = laptop.request()
    clock(anna.company, "8:26")
    laptop.push(request)
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-8:20"], [("B", "B")])


@pytest.mark.parametrize(
    ("off", "hours", "moved"), [(-2, 1, 0), (-3, 1, -3), (2, 1, 0), (5, 1, 0), (5, 20, 5), (20, 20, 0)]
)
def test_by_how_much_a_clock_can_be_off(
    anna: Person, laptop: Laptop, off: int, hours: int, moved: int
) -> None:
    """What seems to be slower than any clock is was a slow network."""
    anna.company.clock.advance(hours=hours)
    laptop.booted += off
    laptop.push(laptop.request())
    assert anchors(anna.company) == [at("6:00") + moved]


def test_it_is_not_made_anew_while_facts_are_under_way(anna: Person, laptop: Laptop) -> None:
    """Else one of two claims that meet could lie elsewhere than the other."""
    laptop.start("BP-1", "8:10")
    laptop.start("BP-2", "8:30")
    laptop.stop("8:50")
    laptop.booted += 5
    clock(anna.company, "9:00")
    for _ in laptop.actions:
        reply = laptop.push(laptop.request(actions=laptop.actions[laptop.acked : laptop.acked + 1]))
        laptop.acked = reply.last_seq
    assert (anna.counted("BP-1"), anna.counted("BP-2")) == (["8:10-8:30"], ["8:30-8:50"])


def test_each_boot_has_its_own(anna: Person, laptop: Laptop) -> None:
    laptop.start("BP-1", "8:10")
    clock(anna.company, "8:15")
    laptop.sync()
    laptop.boot("9:00")
    laptop.stop("9:30")
    clock(anna.company, "10:00")
    laptop.sync()
    assert anchors(anna.company) == [at("6:00"), at("9:00")]
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-9:30"], [("A", "A")])


def test_a_profile_with_a_new_name_goes_on_by_the_same_clock(anna: Person, laptop: Laptop) -> None:
    laptop.start("BP-1", "8:10")
    clock(anna.company, "8:11")
    laptop.sync()
    laptop.become_new_device()
    laptop.stop("9:00")
    laptop.booted += 2
    clock(anna.company, "9:30")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-9:00"], [("A", "A")])
    assert anchors(anna.company) == [at("6:00")]
