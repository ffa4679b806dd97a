"""What is known about the things that these actions name?

Read once for all actions of a request, and kept in step while they are applied.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import msgspec

from server.db.repositories import actions, catalog, claim_ends, claims, edits, organisation, periods, rulings
from server.db.repositories.actions import Sender, StoredAction
from server.db.repositories.catalog import Place
from server.db.repositories.claim_ends import StoredEnd
from server.db.repositories.claims import StoredClaim
from server.db.repositories.rulings import StoredRuling
from server.db.session import Connection
from server.domain.choices import Chooser, Rulings, winners
from server.domain.corrections import Corrected, Edit, judge
from server.domain.figures import Figures
from server.domain.instants import Clocks, Placed, Quality
from server.domain.messages import Instant, ResolveBody
from server.domain.organisation import Organisation
from server.domain.principal import Principal
from server.domain.rating import Terms
from server.services.counting.bodies import Nonsense, Said, claims_in, issues_in
from server.services.money.rates import terms_for


def said_at(conn: Connection, action_id: str) -> Instant:
    """The clocks of the device that did it, as they came."""
    payload = json.loads(actions.sent(conn, action_id).payload)
    return msgspec.convert(payload["t"], Instant)


@dataclass
class Facts:
    """`claims` has all about the timers that the actions name, `ends` what their user said of them.

    What need not be read again: `new_logs` were made by these actions; nothing of `uncounted` claims has been counted
    yet; `had_timer` says whether the user had one before, None where nobody looked.

    `clocks`: by which the device's instants are read; None for what the server does itself, by its own.
    `author`: who corrects this person's time, None for themselves. `is_approved`: also in a closed period.
    `waiting`: decisions about actions that have not come yet. `chooser`: who decides, None for themselves.
    `set_aside`: timer and claim of ends that lie before their claim's start; they end nothing, and may be decided.
    `kept_terms`: of timers whose logs keep a rate, wherever they belong.
    `moved_seconds`: by how much the logs' counted time has changed.
    `shown_logs`: of which a device shows something else now, though neither their actions nor their seconds changed.
    """

    conn: Connection
    principal: Principal
    sender: Sender
    actions: dict[str, StoredAction] = field(default_factory=dict)
    claims: dict[str, StoredClaim] = field(default_factory=dict)
    ends: dict[str, list[StoredEnd]] = field(default_factory=lambda: defaultdict(list))
    places: dict[int, Place] = field(default_factory=dict)
    touched_timers: set[str] = field(default_factory=set)
    touched_claims: set[str] = field(default_factory=set)
    new_logs: dict[int, Figures] = field(default_factory=dict)
    uncounted: set[str] = field(default_factory=set)
    had_timer: bool | None = None
    edits: dict[str, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    rulings: dict[str, list[StoredRuling]] = field(default_factory=lambda: defaultdict(list))
    waiting: list[StoredRuling] = field(default_factory=list)
    chooser: Chooser | None = None
    clocks: Clocks | None = None
    author: int | None = None
    is_approved: bool = False
    moved_seconds: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    shown_logs: set[int] = field(default_factory=set)
    set_aside: dict[str, tuple[str, str]] = field(default_factory=dict)
    kept_terms: dict[str, Terms] = field(default_factory=dict)
    _terms: dict[tuple[int, date], Terms] = field(default_factory=dict)
    _decided: dict[str, Rulings] = field(default_factory=dict)
    _corrected: dict[str, Corrected] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return self.sender.now_ms // 1000

    @property
    def author_id(self) -> int:
        return self.principal.user_id if self.author is None else self.author

    @property
    def organisation(self) -> Organisation:
        return self._holds[0]

    def when(self, action_id: str, t: Instant) -> Placed:
        """Where that instant lies by the server's clock."""
        if self.clocks is None:
            return Placed(t.wall, Quality.ANCHORED)
        return self.clocks.place(action_id, t)

    def when_ended(
        self, action_id: str, t: Instant, stored: StoredClaim, began: Instant | None = None
    ) -> Placed:
        """Where the end of that claim lies; before its start only when its device says so.

        `began`: what its device said of the start; None: as it was recorded.
        """
        if self.clocks is None:
            return Placed(t.wall, Quality.ANCHORED)
        placed = self.clocks.place_end(action_id, t, stored.begun)
        if placed.at >= stored.opened_at:
            return placed
        began = began or said_at(self.conn, stored.action_id)
        return self.clocks.put_off(t, stored.begun, began) or placed

    def terms(self, project_id: int, day: date) -> Terms:
        """What a log that begins there and then gets; asked once for all logs of that day."""
        key = (project_id, day)
        if key not in self._terms:
            self._terms[key] = terms_for(self.conn, self.principal.user_id, project_id, day)
        return self._terms[key]

    def load(self, said: Iterable[Said]) -> None:
        """Actions, timers, claims and issues that these name."""
        said = list(said)
        self.actions.update(actions.named(self.conn, [each.action_id for each in said]))
        bodies = [each.body for each in said if not isinstance(each.body, Nonsense)]
        refs = sorted({body.ref for body in bodies if isinstance(body, ResolveBody)})
        decided = actions.timers_of(self.conn, self.principal.user_id, refs) if refs else []
        self.set_aside |= actions.set_aside(self.conn, self.principal.user_id, refs) if refs else {}
        named = (body.timer_id for body in bodies if not isinstance(body, ResolveBody))
        self.load_waiting([each.action_id for each in said])
        self.load_timers(
            sorted({*decided, *named}),
            sorted({claim_id for body in bodies for claim_id in claims_in(body)}),
        )
        named_issues = {issue_id for body in bodies for issue_id in issues_in(body)}
        named_issues |= {each.issue_id for each in self.waiting if each.issue_id is not None}
        self.load_places(named_issues)

    def load_timers(self, timer_ids: Sequence[str], claim_ids: Sequence[str] = ()) -> None:
        for stored in claims.named(self.conn, timer_ids, claim_ids):
            self.claims[stored.claim_id] = stored
            if stored.is_uncounted:
                self.uncounted.add(stored.claim_id)
        for end in claim_ends.of_timers(self.conn, timer_ids):
            if end.user_id == self.principal.user_id:
                self.ends[end.timer_id].append(end)
        self._load_edits(timer_ids)

    def load_waiting(self, action_ids: Sequence[str]) -> None:
        """Decisions that came before these actions."""
        if action_ids:
            found = rulings.about(self.conn, self.principal.user_id, action_ids)
            self.waiting += [each for each in found if each.timer_id is None]

    def _load_edits(self, timer_ids: Sequence[str]) -> None:
        """Corrections and decisions, of the timers that have some. Those of a timer whose start is missing came before it."""
        known = {stored.timer_id for stored in self.claims.values() if not stored.is_edited}
        wanted = sorted(set(timer_ids) - known)
        for timer_id in wanted:
            self._judge_anew(timer_id)
        for stored in edits.of_timers(self.conn, wanted) if wanted else ():
            if stored.user_id == self.principal.user_id:
                self.edits[stored.edit.timer_id].append(stored.edit)
        for ruling in rulings.of_timers(self.conn, wanted) if wanted else ():
            if ruling.user_id == self.principal.user_id and ruling.timer_id is not None:
                self.rulings[ruling.timer_id].append(ruling)

    def load_places(self, issue_ids: Iterable[int]) -> None:
        """These issues, and those of the timers at hand."""
        wanted = {stored.named_issue_id for stored in self.claims.values()}.union(issue_ids)
        wanted |= {edit.issue_id for each in self.edits.values() for edit in each}
        missing = sorted(each for each in wanted if each is not None and each not in self.places)
        if missing:
            self.places.update(catalog.places(self.conn, self.principal.user_id, missing))

    def reread(self) -> None:
        """After a savepoint was undone: what it wrote is not known any more."""
        timer_ids = sorted(
            {stored.timer_id for stored in self.claims.values()} | set(self.ends) | set(self.edits)
        )
        self.claims.clear()
        self.ends.clear()
        self.edits.clear()
        self.rulings.clear()
        self._decided.clear()
        self._corrected.clear()
        self.new_logs.clear()
        self.uncounted.clear()
        self.load_timers(timer_ids)
        self.touched_claims &= self.claims.keys()

    def claims_of(self, timer_id: str) -> list[StoredClaim]:
        return [stored for stored in self.claims.values() if stored.timer_id == timer_id]

    def first_of(self, timer_id: str) -> StoredClaim | None:
        """The claim with which this timer began; None while it is missing."""
        return next((stored for stored in self.claims_of(timer_id) if stored.is_first), None)

    def open(self, stored: StoredClaim) -> None:
        self.uncounted.add(stored.claim_id)
        self.put(stored)

    def put(self, stored: StoredClaim) -> None:
        self.claims[stored.claim_id] = stored
        self.touched_timers.add(stored.timer_id)
        self.touched_claims.add(stored.claim_id)

    def put_end(self, end: StoredEnd) -> None:
        self.ends[end.timer_id].append(end)
        self.touched_timers.add(end.timer_id)
        if end.claim_id in self.claims:
            self.touched_claims.add(end.claim_id)

    def put_edit(self, edit: Edit) -> None:
        """Touches its whole timer."""
        self.edits[edit.timer_id].append(edit)
        self._judge_anew(edit.timer_id)
        self.touched_timers.add(edit.timer_id)
        for stored in self.claims_of(edit.timer_id):
            self.put(replace(stored, is_edited=True))

    def put_ruling(self, stored: StoredRuling, timer_id: str) -> None:
        """Touches its whole timer."""
        self.rulings[timer_id].append(stored)
        self._judge_anew(timer_id)
        self.touched_timers.add(timer_id)
        for each in self.claims_of(timer_id):
            self.put(replace(each, is_edited=True))

    def decided(self, timer_id: str) -> Rulings:
        """What counts of the decisions about this timer's time."""
        if timer_id not in self._decided:
            rulings = self.rulings.get(timer_id, ())
            self._decided[timer_id] = winners(each.ruling for each in rulings if each.admission is None)
        return self._decided[timer_id]

    def corrected(self, timer_id: str) -> Corrected:
        """What counts of the corrections of this timer's log."""
        if timer_id not in self._corrected:
            self._corrected[timer_id] = judge(self.edits.get(timer_id, ()), self.decided(timer_id))
        return self._corrected[timer_id]

    def _judge_anew(self, timer_id: str) -> None:
        """Each of a timer's claims asks what counts, with every action."""
        self._decided.pop(timer_id, None)
        self._corrected.pop(timer_id, None)

    def issue_of(self, timer_id: str) -> int | None:
        """The issue on which this timer's time counts now; None while its start is missing."""
        moved_to = self.corrected(timer_id).issue_id
        if moved_to is not None:
            return moved_to
        named = (stored.named_issue_id for stored in self.claims_of(timer_id))
        return next((each for each in named if each is not None), None)

    def place(self, issue_id: int | None) -> Place | None:
        if issue_id is not None and issue_id not in self.places:
            self.load_places([issue_id])
        return None if issue_id is None else self.places.get(issue_id)

    def project_of(self, issue_id: int | None) -> int | None:
        place = self.place(issue_id)
        return None if place is None else place.project_id

    def may_be_closed(self, start: int) -> bool:
        """False where nothing is closed from this second on, on any project."""
        return not self.is_approved and start * 1000 < self._holds[1]

    def is_closed(self, project_ids: Iterable[int | None], start: int, end: int) -> bool:
        """Whether time between these seconds may be changed on request only, on one of these projects."""
        if not self.may_be_closed(start):
            return False
        known = sorted({each for each in project_ids if each is not None})
        return periods.closes(self.conn, known, start * 1000, end * 1000)

    @cached_property
    def _holds(self) -> tuple[Organisation, int]:
        """What holds for everybody, and the millisecond from which on nothing is closed."""
        return organisation.find_for_time(self.conn)
