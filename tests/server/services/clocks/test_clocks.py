"""Does a device's time count as it was, and is it known how well, whatever its clocks show (sync.md 2.9)?"""

from __future__ import annotations

import pytest

from tests.server.company import Person
from tests.server.daytime import at
from tests.server.hand import Hand
from tests.server.laptop import DAY, HOUR, Laptop, clock, codes, flags, qualities

STEPS = pytest.mark.parametrize("step", [HOUR, -HOUR, DAY, -DAY, -365 * DAY])


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


def test_whoever_says_that_it_is_right_has_settled_it(anna: Person) -> None:
    laptop = Laptop(anna)
    laptop.worked("8:10", "9:00")
    laptop.boot("9:30")
    clock(anna.company, "10:00")
    laptop.sync()
    [item] = anna.attention()
    laptop.record("attention.resolve", "10:00", ref=item.action_id, choice="keep")
    laptop.sync()
    assert (flags(anna), anna.counted("BP-1")) == ([], ["8:10-9:00"])


def test_a_decision_is_as_late_as_it_was(anna: Person) -> None:
    """Of two, the one that was made last counts, whose wall clock was ever ahead."""
    laptop = Laptop(anna)
    laptop.worked("8:10", "9:00")
    laptop.boot("9:30")
    clock(anna.company, "10:00")
    laptop.sync()
    [item] = anna.attention()
    laptop.wall_off = DAY
    laptop.record("attention.resolve", "9:50", ref=item.action_id, choice="keep")
    laptop.wall_off = 0
    laptop.record("attention.resolve", "9:55", ref=item.action_id, choice="discard")
    laptop.sync()
    assert (flags(anna), anna.counted("BP-1")) == ([], [])


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
