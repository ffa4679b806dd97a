"""Is there something that only the person can tell of the time that ran here?

The last sign of life of the stretch that runs is compared with now: the machine slept meanwhile, or it is another boot and nobody
was here. What is to be asked is kept in the outbox's notes, so that it is asked again after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.clock import Anchor, Reading
from app.core.actions import Cause
from app.core.instants import instant, instant_of
from app.core.questions import Away, Gap, Question, TakenOver
from app.core.timer import IssueRef, Timer
from app.errors import FileTrouble
from app.store import timer_state
from app.store.outbox import Outbox

SLEPT_S: Final = 300
"""A machine that slept no longer than this is not asked about."""

UNSEEN_S: Final = 120
"""Signs of life come every minute; after a new start of the machine one that is older than this is a gap."""

SEEN: Final = "seen"
GAP: Final = "gap"
TAKEN: Final = "taken"


@dataclass(frozen=True, slots=True)
class Seen:
    """The claim was open at the instant `t` (as in bodies)."""

    claim_id: str
    t: Mapping[str, Any]


class Asking:
    """In the outbox's thread. What cannot be noted for want of room is asked only until the app ends."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._gap = _read_gap(outbox.recall(GAP))
        self._taken = _read_taken(outbox.recall(TAKEN))
        self._seen = _read_seen(outbox.recall(SEEN))

    def question(self, timer: Timer | None, reading: Reading) -> Question | None:
        """What is still to be asked; nothing of a stretch that has ended meanwhile."""
        taken = self.taken_over(timer)
        if taken is not None:
            return taken
        gap = self.gap(timer)
        if gap is None:
            return None
        since, until = (instant_of(t, reading.anchor) for t in (gap.since, gap.until))
        return Away(gap.issue, gap.cause, since, until)

    def gap(self, timer: Timer | None) -> Gap | None:
        """Of the stretch that runs."""
        gap = self._gap
        return None if timer is None or gap is None or gap.claim_id != timer.claim_id else gap

    def taken_over(self, timer: Timer | None) -> TakenOver | None:
        taken = self._taken
        is_past = taken is None or timer is None or timer.timer_id == taken.ours.timer_id
        return None if is_past else taken

    def look(self, timer: Timer | None, reading: Reading) -> None:
        """`timer`: what runs here, begun on this device; None when nothing does."""
        if timer is None or timer.claim_id is None:
            self._seen = None
            return
        if self._seen is None or self._seen.claim_id != timer.claim_id:
            self._seen = _opened(timer.claim_id, self._outbox.anchor())
        if self._seen is not None:
            gap = _gap(timer, timer.claim_id, self._seen.t, reading)
            if gap is not None:
                self._ask_about(gap)
        self._seen = Seen(timer.claim_id, instant(reading, reading.now))

    def beat(self) -> None:
        """Puts the last look on the disk."""
        if self._seen is not None:
            self._note(SEEN, json.dumps(asdict(self._seen)))

    def ask_which(self, ours: Timer, other: Timer) -> None:
        """Another device began `other` while `ours` ran here."""
        self._taken = TakenOver(ours, other)
        self._note(TAKEN, json.dumps([timer_state.dump(ours), timer_state.dump(other)]))

    def told_gap(self) -> None:
        """It is answered."""
        self._gap = None
        self._note(GAP, "")

    def told_which(self) -> None:
        """It is answered."""
        self._taken = None
        self._note(TAKEN, "")

    def _ask_about(self, gap: Gap) -> None:
        """A second gap before the first is explained is asked about with it."""
        first = self._gap
        is_same = first is not None and first.claim_id == gap.claim_id
        since = first.since if first is not None and is_same else gap.since
        self._gap = Gap(gap.timer_id, gap.claim_id, gap.issue, gap.cause, since, gap.until)
        self._note(GAP, json.dumps(asdict(self._gap)))

    def _note(self, name: str, text: str) -> None:
        with suppress(FileTrouble):
            self._outbox.remember(name, text)


def _gap(timer: Timer, claim_id: str, then: Mapping[str, Any], reading: Reading) -> Gap | None:
    if then["session"] == reading.session:
        slept = reading.slept_s - max(0, then["mono_s"] - then["awake_s"])
        if slept <= SLEPT_S:
            return None
        awake = reading.mono_s - then["mono_s"] - slept
        woke = instant(reading, reading.now - max(0, awake))
        return Gap(timer.timer_id, claim_id, timer.issue, Cause.SLEEP, then, woke)
    if reading.now - instant_of(then, reading.anchor) <= UNSEEN_S:
        return None
    here = instant(reading, reading.now)
    return Gap(timer.timer_id, claim_id, timer.issue, Cause.CRASH_RECOVERED, then, here)


def _opened(claim_id: str, anchor: Anchor | None) -> Seen | None:
    """Without any sign of life, the stretch was seen when it began. How much was slept before is not known then."""
    if anchor is None:
        return None
    clocks = {"session": anchor.session, "mono_s": anchor.mono_s, "awake_s": 0, "wall": anchor.wall}
    return Seen(claim_id, {**clocks, "tz": "UTC", "off_ms": None})


def _read_seen(noted: str | None) -> Seen | None:
    return Seen(**json.loads(noted)) if noted else None


def _read_gap(noted: str | None) -> Gap | None:
    if not noted:
        return None
    fields = json.loads(noted)
    return Gap(**{**fields, "issue": IssueRef(**fields["issue"]), "cause": Cause(fields["cause"])})


def _read_taken(noted: str | None) -> TakenOver | None:
    if not noted:
        return None
    ours, other = (timer_state.read(text) for text in json.loads(noted))
    return None if ours is None or other is None else TakenOver(ours, other)
