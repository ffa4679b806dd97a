"""Does entering, correcting, splitting and deleting record what was meant, and refuse what makes no sense?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.core.editing import Changes, add_log, edit_log, split_log, void_log
from app.core.logbook import LogStatus, OwnLog, Stretch
from app.errors import (
    AlreadyDeleted,
    DescriptionTooLong,
    EndBeforeStart,
    InFuture,
    NothingChanged,
    OutsideLog,
    Refused,
    SharedTime,
    StillRuns,
    TextUnreadable,
    TooEarly,
    TooLong,
)
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN, MENU

NewId = Callable[[], str]
H = 3600
A, B = Stretch("a", START - 5 * H, START - 4 * H), Stretch("b", START - 3 * H, START - 2 * H)
ONE = OwnLog("t1", 1, 3, LOGIN, LogStatus.STOPPED, A.start, A.end, H, stretches=(A,), description="Fixed")
TWO = replace(ONE, end=B.end, seconds=2 * H, stretches=(A, B))


def stretch(name: str, start: int, end: int, *, void: bool = False) -> dict[str, Any]:
    return {"claim_id": name, "start": start, "end": end, "is_void": void}


def edited(log: OwnLog, changes: Changes, clock: FakeClock, new_id: NewId) -> dict[str, Any]:
    (draft,) = edit_log(None, log, changes, clock.reading(), new_id).drafts
    assert (draft.kind, draft.body["timer_id"], draft.body["base_rev"]) == ("log.edit", "t1", 3)
    return draft.body


def test_an_entry(clock: FakeClock, new_id: NewId) -> None:
    gesture = add_log(None, MENU, (START - H, START), clock.reading(), new_id, " Tidied ", is_billable=False)
    (draft,) = gesture.drafts
    said = {key: draft.body[key] for key in ("issue_id", "start", "end", "is_billable", "description")}
    assert said == {
        "issue_id": MENU.id, "start": START - H, "end": START, "is_billable": False, "description": "Tidied",
    }  # fmt: skip
    assert draft.body["t"]["wall"] == START
    assert draft.body["timer_id"] != draft.body["claim_id"]


@pytest.mark.parametrize(
    ("span", "refusal"),
    [
        ((START - H, START - H), EndBeforeStart),
        ((START - H, START - 2 * H), EndBeforeStart),
        ((START - H, START + 1), InFuture),
        ((START - 16 * H - 1, START), TooLong),
        ((946_684_799, 946_684_900), TooEarly),
        ((-5, 10), TooEarly),
    ],
)
def test_spans_that_make_no_sense(
    clock: FakeClock, new_id: NewId, span: tuple[int, int], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        add_log(None, MENU, span, clock.reading(), new_id)
    if refusal is not TooEarly:
        with pytest.raises(refusal):
            edit_log(None, ONE, Changes(start=span[0], end=span[1]), clock.reading(), new_id)


@pytest.mark.parametrize("span", [(START - 1, START), (START - 16 * H, START), (946_684_800, 946_684_801)])
def test_spans_at_their_bounds(clock: FakeClock, new_id: NewId, span: tuple[int, int]) -> None:
    assert add_log(None, MENU, span, clock.reading(), new_id).drafts


@pytest.mark.parametrize(("text", "refusal"), [("x" * 10_001, DescriptionTooLong), ("a\0", TextUnreadable)])
def test_texts_that_cannot_be_kept(
    clock: FakeClock, new_id: NewId, text: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        add_log(None, MENU, (START - H, START), clock.reading(), new_id, text)
    with pytest.raises(refusal):
        edit_log(None, ONE, Changes(description=text), clock.reading(), new_id)


def test_only_what_is_new_is_said(clock: FakeClock, new_id: NewId) -> None:
    body = edited(ONE, Changes(issue=MENU, description="Fixed", is_billable=False), clock, new_id)
    assert (body["set"], body["stretches"]) == ({"issue_id": MENU.id, "is_billable": False}, [])
    assert edited(ONE, Changes(description=" "), clock, new_id)["set"] == {"description": ""}
    with pytest.raises(NothingChanged):
        edit_log(
            None,
            ONE,
            Changes(LOGIN, "Fixed ", is_billable=True, start=A.start, end=A.end),
            clock.reading(),
            new_id,
        )


def test_bounds_move_the_first_and_the_last_stretch(clock: FakeClock, new_id: NewId) -> None:
    assert A.end is not None
    assert B.end is not None
    body = edited(TWO, Changes(start=A.start + 60, end=B.end + 60), clock, new_id)
    assert body["stretches"] == [stretch("a", A.start + 60, A.end), stretch("b", B.start, B.end + 60)]


def test_what_lies_outside_was_none(clock: FakeClock, new_id: NewId) -> None:
    assert A.end is not None
    assert B.end is not None
    body = edited(TWO, Changes(end=A.end - 60), clock, new_id)
    assert body["stretches"] == [stretch("a", A.start, A.end - 60), stretch("b", B.start, B.end, void=True)]


@pytest.mark.parametrize(
    ("log", "refusal"),
    [
        (
            replace(ONE, status=LogStatus.RUNNING, end=None, stretches=(Stretch("a", A.start, None),)),
            StillRuns,
        ),
        (replace(ONE, status=LogStatus.PAUSED, end=None), StillRuns),
        (replace(ONE, is_deleted=True), AlreadyDeleted),
    ],
)
def test_logs_that_cannot_be_corrected(
    clock: FakeClock, new_id: NewId, log: OwnLog, refusal: type[Refused]
) -> None:
    reading = clock.reading()
    with pytest.raises(refusal):
        edit_log(None, log, Changes(issue=MENU), reading, new_id)
    with pytest.raises(refusal):
        void_log(None, log, reading, new_id)
    with pytest.raises(refusal):
        split_log(None, log, A.start + 60, (), reading, new_id)


@pytest.mark.parametrize("at", [A.start, A.end, A.start - 1])
def test_a_split_outside(clock: FakeClock, new_id: NewId, at: int) -> None:
    with pytest.raises(OutsideLog):
        split_log(None, ONE, at, (), clock.reading(), new_id)


def test_a_split_takes_no_second_of_another_log(clock: FakeClock, new_id: NewId) -> None:
    assert A.end is not None
    other = replace(ONE, timer_id="t2", issue=MENU, stretches=(Stretch("z", A.end - 1, A.end + 5),))
    with pytest.raises(SharedTime, match="WEB-7"):
        split_log(None, ONE, A.start + 60, (ONE, other), clock.reading(), new_id)
    for free in (
        replace(other, is_deleted=True),
        replace(other, stretches=(Stretch("z", A.end, A.end + 5),)),
    ):
        assert split_log(None, ONE, A.start + 60, (ONE, free), clock.reading(), new_id).drafts


def test_a_deletion(clock: FakeClock, new_id: NewId) -> None:
    (draft,) = void_log(None, ONE, clock.reading(), new_id, " twice ").drafts
    assert (draft.kind, draft.body["reason"], draft.body["base_rev"]) == ("log.void", "twice", 3)
