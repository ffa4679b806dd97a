"""Does a device's time count as it was, whatever its clocks show (sync.md 2.9)?"""

from __future__ import annotations

from typing import Any

import pytest

from server.db.repositories import clock_anchors
from server.db.session import Connection
from server.domain.instants import Anchor
from server.domain.messages import ChainHead, LogDetail, Result, SyncCode
from tests.server.company import Company, Person
from tests.server.daytime import at
from tests.server.hand import Hand
from tests.server.laptop import DAY, HOUR, Laptop

STEPS = pytest.mark.parametrize("step", [HOUR, -HOUR, DAY, -DAY, -365 * DAY])


@pytest.fixture
def anna(company: Company) -> Person:
    """At 8:00, as everybody."""
    return company.anna


@pytest.fixture
def laptop(anna: Person) -> Laptop:
    """Which the server has seen in this session."""
    laptop = Laptop(anna)
    laptop.sync()
    return laptop


def clock(company: Company, when: str) -> None:
    company.clock.advance(seconds=at(when) - company.clock.now_ms() // 1000)


def detail(person: Person, key: str = "BP-1") -> LogDetail:
    return Hand(person).look(person.log(key).id)


def qualities(person: Person, key: str = "BP-1") -> list[tuple[str | None, str | None]]:
    return [(each.start_quality, each.end_quality) for each in detail(person, key).stretches]


def flags(person: Person) -> list[str]:
    return [item.code for item in person.attention()]


def codes(results: list[Result]) -> list[str | None]:
    return [result.code for result in results]


# ---- the wall clock is wrong, or jumps


@STEPS
def test_a_wall_clock_that_is_wrong_moves_nothing(anna: Person, laptop: Laptop, step: int) -> None:
    laptop.wall_off = step
    laptop.worked("8:10", "9:40")
    clock(anna.company, "10:00")
    assert codes(laptop.sync()) == [None, None]
    assert anna.counted("BP-1") == ["8:10-9:40"]
    assert qualities(anna) == [("A", "A")]
    assert flags(anna) == []
    anna.company.check()


@STEPS
def test_a_wall_clock_that_is_set_while_a_timer_runs(anna: Person, laptop: Laptop, step: int) -> None:
    laptop.start("BP-1", "8:10")
    clock(anna.company, "8:11")
    laptop.sync()
    laptop.wall_off = step
    laptop.stop("9:40:07")
    clock(anna.company, "10:00")
    laptop.sync()
    assert anna.counted("BP-1") == ["8:10-9:40:07"]
    assert anna.log("BP-1").end_time == at("9:40:07")


@STEPS
def test_offline_since_the_boot_and_anchored_when_it_is_back(anna: Person, step: int) -> None:
    laptop = Laptop(anna)
    laptop.wall_off = step
    laptop.worked("8:10", "9:40")
    clock(anna.company, "10:00")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna), flags(anna)) == (["8:10-9:40"], [("A", "A")], [])


@STEPS
def test_a_boot_that_nobody_saw_keeps_its_durations(anna: Person, step: int) -> None:
    """Where it lies is the wall clock's word; how long it was is not."""
    laptop = Laptop(anna)
    laptop.start("BP-1", "8:10")
    laptop.wall_off = step
    laptop.stop("9:40")
    laptop.wall_off = 0
    laptop.boot("9:50")
    clock(anna.company, "10:00")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-9:40"], [("C", "C")])


def test_summer_time_is_only_a_way_to_show_it(anna: Person, laptop: Laptop) -> None:
    """A machine whose hardware clock keeps local time."""
    laptop.start("BP-1", "8:10")
    laptop.wall_off = HOUR
    laptop.pause("8:40")
    laptop.resume("9:00")
    laptop.wall_off = 0
    laptop.stop("9:30")
    clock(anna.company, "10:00")
    laptop.sync()
    assert anna.counted("BP-1") == ["8:10-8:40", "9:00-9:30"]


def test_a_correction_is_as_late_as_it_was(anna: Person, laptop: Laptop) -> None:
    """Of two, the one that was made last counts, whose wall clock was ever ahead."""
    laptop.worked("8:10", "8:40")
    clock(anna.company, "9:00")
    laptop.sync()
    timer_id = anna.log("BP-1").timer_id
    laptop.wall_off = DAY
    laptop.record("log.edit", "8:50", timer_id=timer_id, base_rev=1, set={"description": "first"})
    other = Laptop(anna, 2)
    other.record("log.edit", "8:55", timer_id=timer_id, base_rev=1, set={"description": "second"})
    other.sync()
    laptop.sync()
    assert anna.log("BP-1").description == "second"


# ---- sleep


def test_sleep_within_a_claim_ends_where_the_device_says(anna: Person, laptop: Laptop) -> None:
    """What its user was asked, and said, is the app's; all clocks that it read are kept."""
    laptop.start("BP-1", "8:10")
    laptop.slept = HOUR
    laptop.record("timer.pause", "8:30", timer_id=laptop.timer_id, claim_id=laptop.claim_id, cause="sleep")
    laptop.resume("9:30")
    laptop.stop("9:45")
    clock(anna.company, "10:00")
    laptop.sync()
    assert anna.counted("BP-1") == ["8:10-8:30", "9:30-9:45"]
    assert anna.company.rows("SELECT cause FROM claim_ends ORDER BY at_ms") == [("sleep",), ("user",)]
    [(payload,)] = anna.company.rows("SELECT payload FROM applied_actions WHERE kind = 'timer.resume'")
    assert '"mono_s":12600,"awake_s":9000' in payload


# ---- ahead of the server


def test_only_a_wall_clock_can_be_in_the_future(anna: Person, laptop: Laptop) -> None:
    laptop.wall_off = DAY
    laptop.start("BP-1", "8:10")
    clock(anna.company, "8:10")
    assert codes(laptop.sync()) == [None]
    unseen = Laptop(anna, 2)
    unseen.session = "another boot"
    unseen.wall_off = DAY
    unseen.start("BP-2", "8:20")
    unseen.boot("8:25")
    clock(anna.company, "8:30")
    assert codes(unseen.sync()) == ["FUTURE"]


def test_two_minutes_ahead_is_no_future(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.session = ""
    laptop.wall_off = 120
    laptop.start("BP-1", "8:00")
    assert codes(laptop.sync()) == [None]


# ---- how well it is known


def test_a_wall_clock_alone_counts_and_is_flagged(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.worked("8:10", "9:00")
    laptop.boot("9:30")
    clock(anna.company, "10:00")
    first, second = laptop.sync()
    assert (first.outcome, second.outcome) == ("applied", "applied")
    assert first.detail == second.detail == anna.attention()[0].detail
    assert anna.counted("BP-1") == ["8:10-9:00"]
    assert (qualities(anna), flags(anna), anna.held_seconds()) == ([("C", "C")], ["CLOCK_UNSURE"], 0)
    anna.company.check()


def test_it_is_flagged_as_soon_as_it_starts(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.start("BP-1", "8:10")
    laptop.boot("8:30")
    clock(anna.company, "9:00")
    laptop.sync()
    assert flags(anna) == ["CLOCK_UNSURE"]


def test_whoever_says_when_it_was_has_settled_it(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.worked("8:10", "9:00")
    laptop.boot("9:30")
    clock(anna.company, "10:00")
    laptop.sync()
    Hand(anna).change(anna.log("BP-1").id, start="8:00", end="9:00")
    assert (flags(anna), anna.counted("BP-1")) == ([], ["8:00-9:00"])
    assert qualities(anna) == [(None, "C")]


def test_a_wall_clock_with_a_known_difference_is_believed(anna: Person) -> None:
    """Its session was anchored once, in a server that has lost that."""
    laptop = Laptop(anna)
    laptop.wall_off, laptop.learned = 420, -420_000
    laptop.worked("8:10", "9:00")
    laptop.boot("9:30")
    clock(anna.company, "10:00")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna), flags(anna)) == (["8:10-9:00"], [("B", "B")], [])


def test_a_wall_clock_that_ran_back_between_two_actions(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.learned = 0
    laptop.worked("8:10", "8:20")
    laptop.wall_off = -HOUR
    laptop.worked("9:30", "9:40", "BP-2")
    laptop.boot("9:50")
    clock(anna.company, "10:00")
    laptop.sync()
    assert (qualities(anna), qualities(anna, "BP-2")) == ([("B", "B")], [("C", "C")])
    assert flags(anna) == ["CLOCK_UNSURE"]


def test_it_ran_back_between_two_batches(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.learned = 0
    laptop.worked("8:10", "8:20")
    recorded = laptop.instant
    laptop.wall_off = -HOUR
    laptop.start("BP-2", "9:30")
    del recorded
    laptop.boot("9:50")
    clock(anna.company, "10:00")
    reply = laptop.push(laptop.request(actions=laptop.actions[:2]))
    laptop.acked = reply.last_seq
    laptop.sync()
    assert flags(anna) == ["CLOCK_UNSURE"]


def test_what_was_asked_for_afterwards_is_no_clock_that_ran_back(anna: Person) -> None:
    """`--ago` and a stop at the second at which it was pressed move wall and monotonic clock together."""
    laptop = Laptop(anna)
    laptop.learned = 0
    laptop.worked("9:00", "9:10")
    laptop.record("log.void", "9:20", timer_id=laptop.actions[0].body["timer_id"], base_rev=1)
    laptop.start("BP-2", "8:10")
    laptop.stop("8:50")
    laptop.start("BP-3", "5:30")
    laptop.stop("6:30")
    laptop.boot("9:50")
    clock(anna.company, "10:00")
    laptop.sync()
    assert (anna.counted("BP-2"), qualities(anna, "BP-2")) == (["8:10-8:50"], [("B", "B")])
    assert flags(anna) == []


def test_a_crash_ends_where_the_last_sign_was(anna: Person, laptop: Laptop) -> None:
    laptop.start("BP-1", "8:10")
    laptop.learned = 0
    laptop.record(
        "timer.stop", "8:40", timer_id=laptop.timer_id, claim_id=laptop.claim_id, cause="crash_recovered"
    )
    laptop.boot("9:00")
    clock(anna.company, "10:00")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna), flags(anna)) == (["8:10-8:40"], [("A", "A")], [])


# ---- too old, closed, too long


def test_late_goes_by_the_true_second(anna: Person, laptop: Laptop) -> None:
    laptop.wall_off = -40 * DAY
    laptop.worked("8:10", "8:40")
    clock(anna.company, "9:00")
    assert codes(laptop.sync()) == [None, None]
    laptop.wall_off = 40 * DAY
    laptop.worked("9:10", "9:20", "BP-2")
    anna.company.clock.advance(hours=36 * 24)
    assert codes(laptop.sync()) == ["LATE", "LATE"]


def test_a_closed_period_goes_by_the_true_second(anna: Person, laptop: Laptop) -> None:
    anna.company.write(
        "INSERT INTO closed_periods (from_date, until_date, from_ms, until_ms, closed_at, closed_by)"
        " VALUES ('2026-06-14', '2026-06-15', ?, ?, 1, ?)",
        at("0:00") * 1000,
        at("8:00") * 1000,
        anna.principal.user_id,
    )
    laptop.wall_off = -2 * HOUR
    laptop.worked("8:10", "8:40")
    clock(anna.company, "9:00")
    assert codes(laptop.sync()) == [None, None]
    laptop.wall_off = 2 * HOUR
    laptop.worked("7:10", "7:40", "BP-2")
    assert codes(laptop.sync()) == ["PERIOD_CLOSED", None]


def test_too_long_goes_by_the_monotonic_clock(anna: Person, laptop: Laptop) -> None:
    laptop.start("BP-1", "8:10")
    laptop.wall_off = -10 * HOUR
    laptop.stop("24:20")
    clock(anna.company, "25:00")
    assert codes(laptop.sync()) == [None, "LONG"]


# ---- anchors


def anchors(company: Company) -> list[int]:
    found = company.rows("SELECT mono0_s FROM clock_anchors ORDER BY id")
    return [mono0 for (mono0,) in found]


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


def copy_of_machine(laptop: Laptop, away: int) -> Laptop:
    """A virtual machine with the same session's name, which was halted before it went on elsewhere."""
    copy = laptop.copied()
    assert isinstance(copy, Laptop)
    copy.away = away
    return copy


def test_a_copied_machine_has_a_clock_of_its_own(anna: Person, laptop: Laptop) -> None:
    company = anna.company
    laptop.start("BP-1", "8:10")
    clock(company, "8:20")
    laptop.sync()
    copy = copy_of_machine(laptop, 1800)
    clock(company, "9:00")
    copy.push(copy.request())
    assert anchors(company) == [at("6:00"), at("6:30")]
    laptop.stop("9:10")
    clock(company, "9:20")
    laptop.sync()
    copy.become_new_device()
    copy.start("BP-2", "9:30")
    copy.stop("9:40")
    clock(company, "10:00")
    copy.sync()
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-9:10"], [("A", "A")])
    assert (anna.counted("BP-2"), qualities(anna, "BP-2")) == (["9:30-9:40"], [("A", "A")])


def test_a_machine_that_was_halted_is_asked_by_its_wall_clock(anna: Person, laptop: Laptop) -> None:
    """What it did before it was halted, and sent afterwards, is not moved by that."""
    laptop.worked("8:10", "8:30")
    laptop.start("BP-2", "8:40")
    laptop.away = 2 * HOUR
    laptop.stop("11:00")
    clock(anna.company, "11:30")
    laptop.sync()
    assert (anna.counted("BP-1"), qualities(anna)) == (["8:10-8:30"], [("A", "A")])
    assert (anna.counted("BP-2"), qualities(anna, "BP-2")) == (["8:40-11:00"], [("A", "C")])
    assert flags(anna) == ["CLOCK_UNSURE"]


def test_a_guess_between_two_clocks_is_flagged(anna: Person, laptop: Laptop) -> None:
    """Neither is what the wall clock shows, which was set meanwhile: then it is the clock that goes on."""
    laptop.away = 2 * HOUR
    laptop.wall_off = 5000
    laptop.start("BP-1", "11:00")
    laptop.wall_off = 0
    clock(anna.company, "11:30")
    laptop.sync()
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert (timer.started_at, flags(anna)) == (at("11:00"), ["CLOCK_UNSURE"])


def test_a_machine_that_was_reverted_loses_no_stop(anna: Person, laptop: Laptop) -> None:
    laptop.start("BP-1", "8:50")
    laptop.away = HOUR  # its clock shows again what it showed an hour ago
    laptop.stop("9:40")
    clock(anna.company, "10:00")
    assert [result.outcome for result in laptop.sync()] == ["applied", "applied"]
    assert (anna.counted("BP-1"), flags(anna)) == (["8:50-9:40"], ["CLOCK_UNSURE"])


def test_reverted_before_the_server_ever_saw_it(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.start("BP-1", "8:50")
    laptop.away = HOUR
    laptop.stop("9:10")
    clock(anna.company, "10:00")
    start, stop = laptop.sync()
    assert (start.outcome, stop.outcome) == ("applied", "applied")
    assert flags(anna) == ["CLOCK_UNSURE"]


def test_an_end_that_a_device_itself_puts_before_the_start_is_none(anna: Person, laptop: Laptop) -> None:
    laptop.start("BP-1", "8:50")
    laptop.stop("8:40")
    clock(anna.company, "9:00")
    assert codes(laptop.sync()) == [None, "END_BEFORE_START"]


def test_two_clocks_that_disagree_lose_no_stop(anna: Person) -> None:
    """Its wall clock was ten minutes ahead in a boot that nobody saw."""
    laptop = Laptop(anna)
    laptop.wall_off = 600
    laptop.start("BP-1", "8:10")
    laptop.boot("8:12")
    laptop.wall_off = 0
    laptop.stop("8:15")
    clock(anna.company, "9:00")
    laptop.sync()
    assert (anna.counted("BP-1"), flags(anna)) == ([], ["CLOCK_UNSURE"])
    assert anna.log("BP-1").end_time == at("8:20")


def test_an_end_that_comes_first_counts_as_if_it_had_come_after(anna: Person) -> None:
    """Of a boot that nobody saw, whose wall clock was set in between."""
    laptop = Laptop(anna)
    laptop.start("BP-1", "8:10")
    laptop.wall_off = HOUR
    laptop.stop("8:40")
    laptop.wall_off = 0
    laptop.boot("8:50")
    other = laptop.copied()
    other.actions.reverse()
    other.become_new_device()
    clock(anna.company, "10:00")
    other.sync()
    assert anna.counted("BP-1") == ["8:10-8:40"]


# ---- what nobody's clock shows


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
