"""Do the rules R1 to R4 and R7 of the journal hold, each by itself?"""

from __future__ import annotations

from itertools import permutations

import pytest

from server.domain.claims import (
    FOREVER,
    Claim,
    Piece,
    clip,
    counted,
    held,
    measure,
    provisional_ends,
)
from server.domain.holds import USUAL, Hold, Limits
from server.domain.settling import End, Opening, settle


def closed(name: str, start: int, end: int, last: int | None = None, hold: Hold | None = None) -> Claim:
    return Claim(name, start, end, end if last is None else last, hold)


def pieces(*claims: Claim, since: int = 0, live: str | None = None) -> list[tuple[str, int, int]]:
    return [(piece.claim_id, piece.start, piece.end) for piece in counted(claims, since, live)]


# ---- R1: a claim is a fact, whatever comes with it


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_claims_changes_nothing(order: tuple[int, ...]) -> None:
    claims = [closed("a", 0, 50), closed("b", 10, 20), closed("c", 15, 60), Claim("d", 40)]
    shuffled = [claims[index] for index in order]
    assert pieces(*shuffled) == [("a", 0, 10), ("b", 10, 15), ("c", 15, 60)]


# ---- R2: the earliest end counts, and what follows it is held


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_earliest_end_counts(order: tuple[int, ...]) -> None:
    ends = [End("x", 40), End("y", 20), End("z", 60)]
    settled = settle(Opening("a", 10, "start"), [ends[index] for index in order])
    assert settled.claim == Claim("a", 10, 20, 60)
    assert (settled.flag, settled.flagged_by) == (Hold.STOPPED_ELSEWHERE, "z")


def test_one_end_leaves_nothing_to_say() -> None:
    settled = settle(Opening("a", 10, "start"), [End("x", 40)])
    assert settled.claim == Claim("a", 10, 40, 40)
    assert (settled.flag, settled.flagged_by) == (None, None)


def test_two_ends_at_the_same_second_are_one() -> None:
    assert settle(Opening("a", 10, "start"), [End("x", 40), End("y", 40)]).flag is None


def test_an_end_before_the_start_is_none() -> None:
    settled = settle(Opening("a", 10, "start"), [End("x", 9)])
    assert settled.claim.is_open
    assert settled.claim.last_end is None


def test_an_end_at_the_start_is_one() -> None:
    assert settle(Opening("a", 10, "start"), [End("x", 10)]).claim == Claim("a", 10, 10, 10)


def test_the_tail_after_the_earliest_end_is_held() -> None:
    claims = [closed("a", 0, 20, last=50)]
    assert pieces(*claims) == [("a", 0, 20)]
    assert held(claims, counted(claims)) == [(20, 50)]


def test_a_tail_that_another_claim_counts_is_not_held_too() -> None:
    claims = [closed("a", 0, 20, last=50), closed("b", 30, 40)]
    assert held(claims, counted(claims)) == [(20, 30), (40, 50)]


# ---- R3: the claim that was authored last owns the second


def test_the_later_start_owns_what_both_cover() -> None:
    assert pieces(closed("a", 0, 100), closed("b", 40, 60)) == [("a", 0, 40), ("b", 40, 60), ("a", 60, 100)]


def test_of_two_starts_at_once_the_greater_name_owns_it() -> None:
    assert pieces(closed("b", 0, 10), closed("a", 0, 30)) == [("b", 0, 10), ("a", 10, 30)]


def test_neighbours_do_not_overlap() -> None:
    assert pieces(closed("a", 0, 10), closed("b", 10, 20)) == [("a", 0, 10), ("b", 10, 20)]


def test_a_claim_without_a_second_in_it_owns_nothing() -> None:
    assert pieces(closed("a", 0, 10), closed("b", 5, 5)) == [("a", 0, 10)]


def test_a_claim_below_two_others_comes_back_after_them() -> None:
    found = pieces(closed("a", 0, 50), closed("b", 10, 40), closed("c", 20, 30))
    assert found == [("a", 0, 10), ("b", 10, 20), ("c", 20, 30), ("b", 30, 40), ("a", 40, 50)]


def test_what_lies_before_is_left_out() -> None:
    assert pieces(closed("a", 0, 50), closed("b", 10, 20), since=15) == [("b", 15, 20), ("a", 20, 50)]


# ---- R4: an open claim ends, for now, where the next one begins


def test_an_open_claim_ends_where_a_later_one_begins() -> None:
    claims = [Claim("a", 0), closed("b", 30, 40)]
    assert provisional_ends(claims) == {"a": 30}
    assert pieces(*claims) == [("a", 0, 30), ("b", 30, 40)]


def test_the_latest_open_claim_has_no_end_yet() -> None:
    assert provisional_ends([Claim("a", 0), Claim("b", 5)]) == {"a": 5}
    assert pieces(Claim("a", 0), Claim("b", 5)) == [("a", 0, 5)]


def test_a_held_claim_ends_nothing() -> None:
    assert provisional_ends([Claim("a", 0), closed("b", 30, 40, hold=Hold.LATE)]) == {}


def test_what_was_entered_by_hand_ends_nothing() -> None:
    entered = Claim("b", 30, 40, 40, authored_at=90, is_manual=True)
    assert provisional_ends([Claim("a", 0), entered, Claim("c", 60)]) == {"a": 60}
    assert pieces(Claim("a", 0), entered, live="a") == [("a", 0, 30), ("b", 30, 40), ("a", 40, FOREVER)]


def test_what_would_be_too_long_does_not_end_so() -> None:
    limits = Limits(long_hours=2)
    assert provisional_ends([Claim("a", 0), Claim("b", 7200)], limits) == {"a": 7200}
    assert provisional_ends([Claim("a", 0), Claim("b", 7201)], limits) == {}
    assert counted([Claim("a", 0), closed("b", 7201, 9000)], limits=limits) == [Piece("b", 7201, 9000)]


def test_a_running_timer_counts_on_after_what_covers_it() -> None:
    found = pieces(Claim("a", 0), closed("b", 30, 40), live="a")
    assert found == [("a", 0, 30), ("b", 30, 40), ("a", 40, FOREVER)]


# ---- R7: what was not admitted is held, all of it


def test_a_claim_that_was_not_admitted_is_held() -> None:
    settled = settle(Opening("a", 10, "start", Hold.ISSUE_DELETED), [End("x", 40)])
    assert (settled.claim.hold, settled.flag, settled.flagged_by) == (*(2 * [Hold.ISSUE_DELETED]), "start")
    assert pieces(settled.claim) == []
    assert held([settled.claim], []) == [(10, 40)]


def test_an_end_that_was_not_admitted_holds_its_claim() -> None:
    settled = settle(Opening("a", 10, "start"), [End("x", 40, Hold.FUTURE)])
    assert (settled.claim.hold, settled.flagged_by) == (Hold.FUTURE, "x")


def test_an_end_that_was_not_admitted_is_no_matter_after_one_that_was() -> None:
    settled = settle(Opening("a", 10, "start"), [End("x", 40, Hold.FUTURE), End("y", 30)])
    assert settled.claim == Claim("a", 10, 30, 40)
    assert (settled.flag, settled.flagged_by) == (Hold.STOPPED_ELSEWHERE, "x")


def test_sixteen_hours_are_not_too_long() -> None:
    assert settle(Opening("a", 10, "start"), [End("x", 10 + USUAL.long_s)]).flag is None


def test_a_second_more_is_too_long() -> None:
    settled = settle(Opening("a", 10, "start"), [End("x", 11 + USUAL.long_s)])
    assert (settled.claim.hold, settled.flag, settled.flagged_by) == (Hold.LONG, Hold.LONG, "x")


def test_a_held_claim_covers_nobody() -> None:
    claims = [closed("a", 0, 100), closed("b", 20, 30, hold=Hold.LATE)]
    assert pieces(*claims) == [("a", 0, 100)]
    assert held(claims, counted(claims)) == []


def test_held_claims_that_overlap_are_held_once() -> None:
    claims = [closed("a", 0, 30, hold=Hold.LATE), closed("b", 20, 50, hold=Hold.LATE), closed("c", 10, 25)]
    assert held(claims, counted(claims)) == [(0, 10), (25, 50)]


def test_an_open_claim_holds_nothing_yet() -> None:
    assert held([Claim("a", 0, hold=Hold.LATE)], []) == []


# ---- stretches


def test_clip_and_measure() -> None:
    stretches = [(0, 10), (20, 30), (40, 50)]
    assert clip(stretches, 5, 25) == [(5, 10), (20, 25)]
    assert clip(stretches, 10, 20) == []
    assert measure(stretches) == 30


def test_a_piece_is_as_long_as_it_can_be() -> None:
    assert counted([closed("a", 0, 50), closed("b", 20, 30, hold=Hold.LATE), closed("c", 25, 25)]) == [
        Piece("a", 0, 50)
    ]
