"""Which claims that lie over each other are doubtful, and where may they have ended?"""

from __future__ import annotations

from server.domain.claims import Claim, counted
from server.domain.holds import Hold
from server.domain.overlaps import Doubt, Lain, doubts, lie_over


def lain(name: str, start: int, end: int | None, issue: int = 1, *, manual: bool = False) -> Lain:
    claim = Claim(name, start, end, end, authored_at=10_000 if manual else None, is_manual=manual)
    return Lain(claim, f"timer {name}", issue)


def told(*claims: Lain) -> dict[str, Doubt]:
    return doubts(claims, counted([each.claim for each in claims]))


def test_one_that_goes_on_after_a_later_one_may_have_ended_where_that_began() -> None:
    assert told(lain("a", 0, 3000), lain("b", 1000, 2000, 2), lain("c", 2200, 2300, 3)) == {
        "a": Doubt(Hold.CONCURRENT, 1000)
    }


def test_a_minute_after_it_is_nothing() -> None:
    assert told(lain("a", 0, 2060), lain("b", 1000, 2000, 2)) == {}
    assert told(lain("a", 0, 2061), lain("b", 1000, 2000, 2)) == {"a": Doubt(Hold.CONCURRENT, 1000)}


def test_one_without_a_second_interrupts_nothing() -> None:
    assert told(lain("a", 0, 3000), lain("b", 1000, 1000, 2)) == {}


def test_one_that_is_held_interrupts_nothing() -> None:
    held = Lain(Claim("b", 1000, 2000, 2000, Hold.LATE), "timer b", 2)
    assert told(lain("a", 0, 3000), held) == {}


def test_of_the_same_work_the_one_that_counts_less_is_told() -> None:
    assert told(lain("a", 0, 1000), lain("b", 5, 1000)) == {"a": Doubt(Hold.DUPLICATE_CLAIM)}
    assert told(lain("a", 0, 1000), lain("b", 0, 1000)) == {"a": Doubt(Hold.DUPLICATE_CLAIM)}
    assert told(lain("a", 0, 60), lain("b", 0, 60)) == {}  # a moment is nobody's concern
    assert told(lain("a", 0, 61), lain("b", 0, 61)) == {"a": Doubt(Hold.DUPLICATE_CLAIM)}


def test_another_issue_or_another_time_is_not_the_same_work() -> None:
    assert told(lain("a", 0, 1000), lain("b", 0, 1000, 2)) == {}
    assert told(lain("a", 0, 1000), lain("b", 61, 1000)) == {}
    assert told(lain("a", 0, 1000), lain("b", 0, 1061)) == {}


def test_more_than_a_minute_by_hand_trims() -> None:
    assert told(lain("a", 0, 1000), lain("b", 100, 160, 2, manual=True)) == {}
    assert told(lain("a", 0, 1000), lain("b", 100, 161, 2, manual=True)) == {"a": Doubt(Hold.TRIMMED)}


def test_what_was_entered_by_hand_is_never_in_doubt() -> None:
    assert told(lain("a", 0, 1000, manual=True), lain("b", 100, 500, 2, manual=True)) == {}


def test_one_that_runs_is_not_in_doubt_yet() -> None:
    assert told(lain("a", 0, None), lain("b", 100, 500, 2)) == {}


def test_whether_any_lie_over_each_other() -> None:
    first, second, third = (each.claim for each in (lain("a", 0, 10), lain("b", 10, 20), lain("c", 19, 30)))
    assert not lie_over([first, second])
    assert lie_over([first, second, third])
    assert not lie_over([first, Claim("d", 5, None)])
