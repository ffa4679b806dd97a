"""Do the rules R5 and R6 of the journal hold, each by itself and in any order?"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from server.domain.claims import Claim, counted, held
from server.domain.corrections import UNCORRECTED, Bounds, Edit, Way, judge
from server.domain.holds import Hold
from server.domain.settling import Correction, End, Fate, Opening, settle


def edit(name: str, made: int, base: int = 1, way: Way = Way.EDIT, **said: Any) -> Edit:
    return Edit(name, "timer", way, made, base, **said)


def void(name: str, made: int, base: int = 1) -> Edit:
    return edit(name, made, base, Way.VOID)


# ---- R5: of each value the correction that was made last counts


def test_nothing_was_corrected() -> None:
    assert judge([]) == UNCORRECTED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_each_value_is_the_last_that_was_said(order: tuple[int, ...]) -> None:
    edits = [
        edit("a", 10, issue_id=7, description="First", bounds=(Bounds("x", 1, 2),)),
        edit("b", 20, 2, is_billable=False, description="Second"),
        edit("c", 30, 3, bounds=(Bounds("x", 3, 4), Bounds("y", 5, None))),
    ]
    found = judge([edits[index] for index in order])
    assert (found.issue_id, found.words and found.words.text, found.is_billable) == (7, "Second", False)
    assert found.bounds == {"x": Correction("c", 30, 3, 4), "y": Correction("c", 30, 5, None)}
    assert (found.revision, found.flag, found.is_removed) == (4, None, False)


def test_of_two_in_one_second_the_one_that_knew_the_other_counts() -> None:
    edits = [edit("b", 10, 1, description="First"), edit("a", 10, 2, description="Second")]
    words = judge(edits).words
    assert words is not None
    assert words.text == "Second"


def test_two_that_did_not_know_each_other_are_flagged_until_both_were_seen() -> None:
    edits = [edit("a", 10, description="Hers"), edit("b", 20, description="His")]
    assert judge(edits).flag == (Hold.EDITED_TWICE, "a")
    assert judge([*edits, edit("c", 30, 2, description="Hers, again")]).flag == (Hold.EDITED_TWICE, "a")
    assert judge([*edits, edit("c", 30, 3, description="Both")]).flag is None


def test_what_was_not_taken_changes_nothing_and_is_flagged() -> None:
    found = judge([edit("a", 10, issue_id=7, admission=Hold.ISSUE_DELETED)])
    assert (found.issue_id, found.flag, found.revision) == (None, (Hold.ISSUE_DELETED, "a"), 2)


def test_what_was_entered_by_hand_has_the_end_that_was_entered() -> None:
    entered = edit("a", 10, 0, Way.ADD, bounds=(Bounds("x", 100, 200),), is_billable=False)
    found = judge([entered, edit("b", 20, bounds=(Bounds("x", 150),))])
    assert found.bounds == {"x": Correction("b", 20, 150, 200)}
    assert (found.is_billable, found.revision) == (False, 2)
    assert judge([entered, edit("b", 20, bounds=(Bounds("x", 250),))]).bounds["x"].end == 250


# ---- R6: a deletion wins, unless the log was changed after it


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_deletion_wins_over_what_was_changed_before(order: tuple[int, ...]) -> None:
    edits = [edit("a", 10, description="x"), void("b", 20, 2), edit("c", 15, description="y")]
    found = judge([edits[index] for index in order])
    assert found.fate == Fate(20)
    assert found.is_removed


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_change_after_it_is_for_a_person_to_decide(order: tuple[int, ...]) -> None:
    edits = [void("a", 10), edit("b", 20, description="x"), edit("c", 30, 2, issue_id=7)]
    found = judge([edits[index] for index in order])
    assert found.fate == Fate(10, "c", is_moved=True)
    assert judge([*edits, void("d", 40, 3)]).fate == Fate(40, None, is_moved=True)


# ---- what that makes of a claim


OPENED = Opening("x", 100, "start")
STOPPED = [End("stop", 200)]


def test_a_correction_owns_its_time_from_when_it_was_made() -> None:
    settled = settle(OPENED, STOPPED, Correction("edit", 500, 50, 150))
    assert settled.claim == Claim("x", 50, 150, 150, authored_at=500)
    pieces = counted([settled.claim, Claim("y", 120, 300, 300)])
    assert [(piece.claim_id, piece.start, piece.end) for piece in pieces] == [("x", 50, 150), ("y", 150, 300)]


def test_a_later_stop_is_nothing_to_decide_when_its_end_was_corrected() -> None:
    settled = settle(OPENED, [*STOPPED, End("late", 400)], Correction("edit", 500, 100, 150))
    assert (settled.claim.end, settled.claim.last_end, settled.flag) == (150, 150, None)


def test_a_start_that_was_moved_behind_its_stop_leaves_nothing() -> None:
    settled = settle(OPENED, STOPPED, Correction("edit", 500, 250, None))
    assert (settled.claim.start, settled.claim.end, settled.claim.last_end) == (250, 250, 250)


@pytest.mark.parametrize("hold", [Hold.FUTURE, Hold.LATE, Hold.PERIOD_CLOSED])
def test_bounds_that_were_said_anew_count(hold: Hold) -> None:
    opening = Opening("x", 100, "start", hold)
    assert settle(opening, STOPPED).claim.hold is hold
    assert settle(opening, STOPPED, Correction("edit", 500, 100, 150)).claim.hold is None


def test_the_bounds_that_came_with_an_entry_do_not_put_it_right() -> None:
    opening = Opening("x", 100, "add", Hold.PERIOD_CLOSED, manual_at=500)
    assert settle(opening, [], Correction("add", 500, 100, 150)).claim.hold is Hold.PERIOD_CLOSED


def test_time_that_moved_to_another_issue_counts_there() -> None:
    opening = Opening("x", 100, "start", Hold.ISSUE_DELETED)
    assert settle(opening, STOPPED, None, Fate(is_moved=True)).claim.hold is None
    assert (
        settle(Opening("x", 100, "start", Hold.LATE), STOPPED, None, Fate(is_moved=True)).claim.hold
        is Hold.LATE
    )


def test_a_deleted_claim_is_neither_counted_nor_held() -> None:
    settled = settle(OPENED, STOPPED, None, Fate(180))
    assert (settled.claim.hold, settled.flag) == (Hold.VOID, None)
    assert counted([settled.claim]) == []
    assert held([settled.claim], []) == []


def test_a_deleted_claim_that_ran_ends_there() -> None:
    assert settle(OPENED, [], None, Fate(180)).claim == Claim("x", 100, 180, 180, Hold.VOID)


def test_what_was_recorded_after_the_deletion_is_held() -> None:
    settled = settle(OPENED, [End("stop", 1000)], None, Fate(500))
    assert (settled.flag, settled.flagged_by) == (Hold.VOID_VS_EDIT, "stop")
    assert held([settled.claim], []) == [(500, 1000)]
    within_its_clocks_error = settle(OPENED, [End("stop", 620)], None, Fate(500))
    assert within_its_clocks_error.flag is None


def test_a_claim_that_was_changed_after_its_deletion_is_held() -> None:
    settled = settle(OPENED, STOPPED, None, Fate(500, "edit"))
    assert (settled.claim.hold, settled.flagged_by) == (Hold.VOID_VS_EDIT, "edit")
    assert held([settled.claim], []) == [(100, 200)]
