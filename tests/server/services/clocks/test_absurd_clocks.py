"""Can clocks that nobody has, or that somebody makes up, harm anything?"""

from __future__ import annotations

from typing import Any

import pytest

from server.db.repositories import clock_anchors
from server.db.session import Connection
from server.domain.instants import Anchor
from server.domain.messages import SyncCode
from tests.server.company import Person
from tests.server.daytime import at
from tests.server.laptop import DAY, Laptop, anchors, clock, qualities


def test_another_person_with_the_same_session_moves_nothing(anna: Person) -> None:
    """Who says that it began half a minute later."""
    ben = Laptop(anna.company.ben)
    ben.booted += 30
    ben.sync()
    laptop = Laptop(anna)
    laptop.worked("8:10", "8:30")
    clock(anna.company, "9:00")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-8:30"], [("A", "A")])


FAR: Any = 2**53 - 1


@pytest.mark.parametrize("booted", [at("8:00") - FAR // 1000, at("8:00") + 1, -5])
def test_a_clock_that_nobody_has_is_no_clock(anna: Person, booted: int) -> None:
    """It began before 1970, or tomorrow."""
    laptop = Laptop(anna)
    request = laptop.request()
    request.now.mono_ms = min(FAR, max(0, (at("8:00") - booted) * 1000))
    laptop.push(request)
    assert anchors(anna.company) == ([at("8:00")] if booted > at("8:00") else [])


@pytest.mark.parametrize(
    "changes", [{"mono_s": FAR}, {"off_ms": FAR}, {"off_ms": -FAR}, {"wall": FAR}, {"wall": 0}]
)
def test_an_absurd_instant_is_kept_and_stops_nobody(
    anna: Person, laptop: Laptop, changes: dict[str, int]
) -> None:
    """By the clocks that are not absurd; or held until somebody says when it was."""
    for session in ("first boot", "never seen", ""):
        laptop.start("BP-1", "8:10")
        body = laptop.actions.pop().body
        laptop.record_body("timer.start", {**body, "t": {**body["t"], "session": session, **changes}})
        laptop.stop("8:20")
    clock(anna.company, "9:00")
    assert {result.outcome for result in laptop.sync()} <= {"applied", "held"}
    laptop.worked("8:30", "8:40", "BP-2")
    laptop.sync()
    assert anna.counted("BP-2") == ["8:30-8:40"]
    anna.company.check()


@pytest.mark.parametrize("wall", [0, 253_402_300_799, FAR - DAY])
def test_a_wall_clock_of_another_age_stops_no_journal(anna: Person, laptop: Laptop, wall: int) -> None:
    request = laptop.request()
    request.now.wall = wall
    assert laptop.push(request).code is SyncCode.OK
    laptop.wall_off = wall - at("8:30")
    laptop.worked("8:30", "8:40")
    clock(anna.company, "9:00")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:30-8:40"], [("A", "A")])


def test_a_name_with_nothing_in_it_is_a_name(anna: Person) -> None:
    """PostgreSQL holds no NUL; a digest has none."""
    for session in ("a\0b", "ab", "a b ", "A B"):
        laptop = Laptop(anna)
        laptop.session = session
        for _ in range(2):
            laptop.push(laptop.request())
    assert len(anchors(anna.company)) == 4


def test_a_device_that_makes_up_sessions_fills_no_table(anna: Person) -> None:
    def fill(conn: Connection) -> None:
        for number in range(clock_anchors.MOST + 3):
            clock_anchors.add(conn, anna.principal.user_id, Anchor(f"clock {number}", number))
        clock_anchors.add(conn, anna.company.ben.principal.user_id, Anchor("clock", 1))

    anna.company.database.run(fill)
    kept = anchors(anna.company)
    assert kept == [*range(3, clock_anchors.MOST + 3), 1]


def test_the_server_itself_reads_its_own_clock(anna: Person) -> None:
    clock(anna.company, "9:00")
    anna.start("BP-1")
    clock(anna.company, "9:30")
    anna.stop()
    assert (anna.counted("BP-1"), qualities(anna)) == (["9:00-9:30"], [("A", "A")])


def test_a_stop_on_the_device_of_what_began_elsewhere(anna: Person, laptop: Laptop) -> None:
    """In the same second, by a clock that is a little late."""
    laptop.booted += 2
    anna.start("BP-1")
    timer = anna.snapshot().active_timer
    assert timer is not None
    laptop.timer_id, laptop.claim_id = timer.timer_id, timer.claim_id
    laptop.stop("8:00:01")
    anna.company.clock.advance(seconds=2)
    assert [result.outcome for result in laptop.sync()] == ["applied"]
    assert anna.snapshot().active_timer is None
