"""Which choices has each reason, for whom, and which of several decisions counts?"""

from __future__ import annotations

from itertools import permutations

import pytest

from server.domain.choices import (
    OFFERED,
    Choice,
    Chooser,
    Ruling,
    lets_count,
    offered,
    silences,
    winners,
)
from server.domain.holds import HOLD_NOTHING, NOBODY_NEED_ACT, Hold, Rejection

OWNER = Chooser(is_owner=True, is_manager=False)
MANAGER = Chooser(is_owner=False, is_manager=True)

#        by its own person, by a manager
TABLE: dict[str, tuple[str, str]] = {
    "ISSUE_UNKNOWN": ("move_issue ask_manager discard", "move_issue discard"),
    "ISSUE_DELETED": ("move_issue ask_manager discard", "move_issue discard refuse"),
    "NO_PERMISSION": ("move_issue ask_manager discard", "move_issue discard accept refuse"),
    "PROJECT_ARCHIVED": ("move_issue ask_manager discard", "move_issue discard accept refuse"),
    "BUDGET_LOCKED": ("move_issue ask_manager discard", "move_issue discard accept refuse"),
    "FUTURE": ("change_time ask_manager discard", "change_time discard refuse"),
    "LATE": ("change_time ask_manager discard", "change_time discard accept refuse"),
    "LONG": ("change_time ask_manager discard", "change_time discard accept refuse"),
    "PERIOD_CLOSED": ("change_time ask_manager discard", "change_time discard accept refuse"),
    "STOPPED_ELSEWHERE": (
        "count change_time ask_manager discard",
        "count change_time discard accept refuse",
    ),
    "VOID_VS_EDIT": ("use_other ask_manager discard", "use_other discard"),
    "EDITED_TWICE": ("use_other keep", "use_other keep"),
    "CONCURRENT": ("change_time keep", "change_time keep"),
    "TRIMMED": ("change_time keep", "change_time keep"),
    "CLOCK_UNSURE": ("change_time keep", "change_time keep"),
    "DUPLICATE_CLAIM": ("keep discard", "keep discard"),
    "DEVICE_SILENT": ("change_time keep discard", "change_time keep discard"),
    "ORPHAN": ("", ""),
    "VOID": ("", ""),
    **dict.fromkeys(Rejection, ("discard", "discard")),
}


@pytest.mark.parametrize("code", [*Hold, *Rejection])
def test_what_is_offered(code: str) -> None:
    own, managers = TABLE[code]
    assert " ".join(offered(code, OWNER)) == own
    assert " ".join(offered(code, MANAGER)) == managers


def test_every_reason_is_in_the_table() -> None:
    assert set(OFFERED) == {*Hold, *Rejection}


def test_whatever_needs_somebody_can_be_settled_by_its_own_person() -> None:
    for code in set(OFFERED) - NOBODY_NEED_ACT:
        assert set(offered(code, OWNER)) - {Choice.ASK_MANAGER}


def test_what_cannot_be_is_left_out() -> None:
    assert offered(Hold.LONG, OWNER, [Choice.CHANGE_TIME]) == (Choice.ASK_MANAGER, Choice.DISCARD)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_later_decision_counts_and_asking_takes_none_back(order: tuple[int, ...]) -> None:
    said = [
        Ruling("a", "x", Choice.COUNT, 10),
        Ruling("b", "x", Choice.DISCARD, 20),
        Ruling("c", "x", Choice.KEEP, 20),
        Ruling("d", "x", Choice.ASK_MANAGER, 30),
    ]
    assert winners(said[index] for index in order)["x"].action_id == "c"


def test_a_decision_is_an_answer_only_to_what_offers_it() -> None:
    kept = winners([Ruling("a", "x", Choice.KEEP, 1)])
    assert silences(kept, Hold.CONCURRENT, "x")
    assert not silences(kept, Hold.LONG, "x")
    assert not silences(kept, Hold.CONCURRENT, "y")
    asked = winners([Ruling("a", "x", Choice.ASK_MANAGER, 1)])
    assert not silences(asked, Hold.LONG, "x")


@pytest.mark.parametrize("choice", [Choice.MOVE_ISSUE, Choice.CHANGE_TIME, Choice.USE_OTHER])
def test_a_correction_hides_nothing_that_is_still_held(choice: Choice) -> None:
    said = winners([Ruling("a", "x", choice, 1)])
    assert not [code for code in Hold if code not in HOLD_NOTHING and silences(said, code, "x")]


def test_only_who_may_say_so_lets_it_count() -> None:
    accepted = winners([Ruling("a", "x", Choice.ACCEPT, 1)])
    counted = winners([Ruling("a", "x", Choice.COUNT, 1)])
    assert lets_count(accepted, Hold.LONG, "x")
    assert not lets_count(counted, Hold.LONG, "x")
    assert not lets_count(accepted, Hold.ISSUE_UNKNOWN, "x")
    assert lets_count(counted, Hold.STOPPED_ELSEWHERE, "x")
