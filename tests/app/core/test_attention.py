"""Is a decision recorded only as the server offers it, and seen until the server has it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.attention import Choice, Decision, Need, needs, resolve
from app.core.snapshot import Held
from app.errors import ChoiceIncomplete, EndBeforeStart, NotOffered, Refused, SettledAlready
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import MENU

NewId = Callable[[], str]
ITEM = Held(
    "r1", "LONG", "Too long.", START, "BP-1", start=START - 7200, end=START - 3600, choices=tuple(Choice)
)


def test_a_decision_names_what_it_settles(clock: FakeClock, new_id: NewId) -> None:
    (draft,) = resolve(None, Need(ITEM), Decision(Choice.MOVE_ISSUE, MENU), clock.reading(), new_id).drafts
    body = {key: value for key, value in draft.body.items() if key != "t"}
    assert body == {"ref": "r1", "choice": "move_issue", "issue_id": MENU.id, "start": None, "end": None}


def test_one_side_of_the_time_may_stay(clock: FakeClock, new_id: NewId) -> None:
    decision = Decision(Choice.CHANGE_TIME, end=START - 5000)
    (draft,) = resolve(None, Need(ITEM), decision, clock.reading(), new_id).drafts
    assert (draft.body["start"], draft.body["end"]) == (START - 7200, START - 5000)


@pytest.mark.parametrize(
    ("need", "decision", "refusal"),
    [
        (Need(ITEM), Decision(Choice.MOVE_ISSUE), ChoiceIncomplete),
        (Need(replace(ITEM, end=None)), Decision(Choice.CHANGE_TIME), ChoiceIncomplete),
        (Need(ITEM), Decision(Choice.CHANGE_TIME, end=START - 7200), EndBeforeStart),
        (Need(replace(ITEM, choices=("keep",))), Decision(Choice.DISCARD), NotOffered),
        (Need(ITEM, "keep"), Decision(Choice.DISCARD), SettledAlready),
    ],
)
def test_what_is_refused(
    clock: FakeClock, new_id: NewId, need: Need, decision: Decision, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        resolve(None, need, decision, clock.reading(), new_id)


def test_what_was_decided_is_open_no_more(clock: FakeClock, new_id: NewId) -> None:
    pending = resolve(None, Need(ITEM), Decision(Choice.KEEP), clock.reading(), new_id).drafts
    other = replace(ITEM, action_id="r2")
    decided, still_open = needs([ITEM, other], pending)
    assert (decided.decided, decided.is_open, decided.choices) == ("keep", False, ())
    assert (still_open.decided, still_open.is_open) == (None, True)


def test_a_choice_of_a_newer_server_is_not_shown_and_who_is_asked_decides() -> None:
    assert Need(replace(ITEM, choices=("dance", "keep"))).choices == (Choice.KEEP,)
    assert not Need(replace(ITEM, asked_at=START)).is_open
