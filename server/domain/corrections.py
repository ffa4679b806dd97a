"""What do a person's corrections make of a time log?

A pure function of the set of corrections (R5 and R6 of sync.md 2.10): of each value the correction that was made last
counts, in whichever order they came. Instants are whole epoch seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from server.domain.choices import Rulings, lets_count, silences
from server.domain.holds import Hold
from server.domain.settling import NO_RULINGS, UNTOUCHED, Correction, Fate

T = TypeVar("T")
FIRST_REVISION: Final = 1


class Way(StrEnum):
    """ADD: how a log that was entered by hand began."""

    ADD = "add"
    EDIT = "edit"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where one claim begins and ends. `end` None: where its explicit ends say. `is_split`: the rest became another log."""

    claim_id: str
    start: int
    end: int | None = None
    is_void: bool = False
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One correction. None leaves a value as it is. `admission`: why it is kept and changes nothing.

    `base_revision`: of the log, as whoever corrected it saw it. `settles`: what it decides, of several decisions about
    one thing only the one that counts.
    """

    action_id: str
    timer_id: str
    way: Way
    authored: int
    base_revision: int
    issue_id: int | None = None
    description: str | None = None
    is_billable: bool | None = None
    bounds: tuple[Bounds, ...] = ()
    reason: str | None = None
    admission: Hold | None = None
    settles: str | None = None

    @property
    def order(self) -> tuple[int, int, str]:
        """Of two that were made in the same second, the one that knew the other is the later."""
        return self.authored, self.base_revision, self.action_id


@dataclass(frozen=True, slots=True)
class Words:
    """A description, and when it was given."""

    at: int
    action_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """What counts of a log's corrections. None: no correction says it.

    `flag`: what its user should know, and the action that made it so.
    """

    revision: int = FIRST_REVISION
    issue_id: int | None = None
    words: Words | None = None
    is_billable: bool = True
    bounds: Mapping[str, Correction] = field(default_factory=dict)
    fate: Fate = UNTOUCHED
    flag: tuple[Hold, str] | None = None

    @property
    def is_removed(self) -> bool:
        return self.fate.removed_at is not None


UNCORRECTED: Final = Corrected()


def judge(edits: Iterable[Edit], rulings: Rulings = NO_RULINGS) -> Corrected:
    """All corrections of one log, and what was decided about them."""
    told = sorted(edits, key=lambda edit: edit.order)
    if not told:
        return UNCORRECTED
    in_order = [edit for edit in told if _stands(edit, rulings)]
    valid = [edit for edit in in_order if edit.admission is None]
    issue_id = _last([edit.issue_id for edit in valid if edit.way is Way.EDIT])
    billable = _last([edit.is_billable for edit in valid])
    return Corrected(
        revision=FIRST_REVISION + sum(edit.way is not Way.ADD for edit in told),
        issue_id=issue_id,
        words=_words(valid),
        is_billable=True if billable is None else billable,
        bounds=_bounds(valid),
        fate=_fate(valid, rulings, is_moved=issue_id is not None),
        flag=_flag(in_order, rulings),
    )


def _stands(edit: Edit, rulings: Rulings) -> bool:
    """Unless another decision about the same was made after it."""
    if edit.settles is None:
        return True
    ruling = rulings.get(edit.settles)
    return ruling is None or ruling.action_id == edit.action_id


def _last(values: Sequence[T | None]) -> T | None:
    return next((value for value in reversed(values) if value is not None), None)


def _words(valid: Sequence[Edit]) -> Words | None:
    return _last(
        [
            None if edit.description is None else Words(edit.authored, edit.action_id, edit.description)
            for edit in valid
        ]
    )


def _bounds(valid: Sequence[Edit]) -> dict[str, Correction]:
    """What was entered by hand has no other end than the one that was entered."""
    entered = {each.claim_id: each.end for edit in valid if edit.way is Way.ADD for each in edit.bounds}
    found: dict[str, Correction] = {}
    for edit in valid:
        for each in edit.bounds:
            end = each.end
            if end is None and entered.get(each.claim_id) is not None:
                end = max(each.start, entered[each.claim_id] or 0)
            before = found.get(each.claim_id)
            authored: int | None = edit.authored
            if each.is_split and not each.is_void:
                authored = None if before is None else before.authored
            found[each.claim_id] = Correction(edit.action_id, authored, each.start, end, each.is_void)
    return found


def _fate(valid: Sequence[Edit], rulings: Rulings, *, is_moved: bool) -> Fate:
    """R6: a deletion wins, unless the log was changed after it; and then somebody says whether it is there again."""
    removal = _last([edit if edit.way is Way.VOID else None for edit in valid])
    if removal is None:
        return Fate(is_moved=is_moved)
    changes = [edit for edit in valid if edit.way is Way.EDIT and edit.settles is None]
    later = _last([edit if edit.order > removal.order else None for edit in changes])
    if later is not None and lets_count(rulings, Hold.VOID_VS_EDIT, later.action_id):
        return Fate(is_moved=is_moved)
    return Fate(removal.authored, None if later is None else later.action_id, is_moved)


def _flag(in_order: Sequence[Edit], rulings: Rulings) -> tuple[Hold, str] | None:
    """A correction that was not taken; or the one that lost against another of the same revision, until both were seen."""
    held = _last(
        [
            (edit.admission, edit.action_id)
            if edit.admission is not None and not silences(rulings, edit.admission, edit.action_id)
            else None
            for edit in in_order
        ]
    )
    if held is not None:
        return held
    rivals: dict[int, list[Edit]] = defaultdict(list)
    for edit in in_order:
        if edit.way is Way.EDIT and edit.settles is None:
            rivals[edit.base_revision].append(edit)
    seen = max((edit.base_revision for edit in in_order if edit.settles is None), default=0)
    lost = [edits[-2] for base, edits in rivals.items() if len(edits) > 1 and seen < base + len(edits)]
    open_conflicts = [edit for edit in lost if not silences(rulings, Hold.EDITED_TWICE, edit.action_id)]
    if not open_conflicts:
        return None
    return Hold.EDITED_TWICE, max(open_conflicts, key=lambda edit: edit.order).action_id
