"""What becomes of the time of a machine that was copied, halted or set back with all its clocks?"""

from __future__ import annotations

from tests.server.company import Person
from tests.server.daytime import at
from tests.server.laptop import HOUR, Laptop, anchors, clock, codes, flags, qualities


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
