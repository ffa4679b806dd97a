"""What is known about the things that these actions name?

Read once for all actions of a request, and kept in step while they are applied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from server.db.repositories import actions, catalog, claims, organisation
from server.db.repositories.actions import Sender, StoredAction
from server.db.repositories.catalog import Place
from server.db.repositories.claims import StoredClaim, StoredEnd
from server.db.repositories.logs import Figures
from server.db.session import Connection
from server.domain.messages import StartBody
from server.domain.organisation import Organisation
from server.domain.principal import Principal
from server.domain.rating import Terms
from server.services.bodies import Nonsense, Said
from server.services.rates import terms_for


@dataclass
class Facts:
    """`claims` has all about the timers that the actions name, `ends` what their user said of them.

    What need not be read again: `new_logs` were made by these actions; nothing of `uncounted` claims has been counted
    yet; `had_timer` says whether the user had one before, None where nobody looked.
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
    _terms: dict[tuple[int, date], Terms] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return self.sender.now_ms // 1000

    @cached_property
    def organisation(self) -> Organisation:
        return organisation.find(self.conn)

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
        self.load_timers(
            sorted({body.timer_id for body in bodies}),
            sorted({body.claim_id for body in bodies if body.claim_id is not None}),
        )
        self.load_places({body.issue_id for body in bodies if isinstance(body, StartBody)})

    def load_timers(self, timer_ids: Sequence[str], claim_ids: Sequence[str] = ()) -> None:
        for stored in claims.named(self.conn, timer_ids, claim_ids):
            self.claims[stored.claim_id] = stored
            if stored.is_uncounted:
                self.uncounted.add(stored.claim_id)
        for end in claims.ends_of_timers(self.conn, timer_ids):
            if end.user_id == self.principal.user_id:
                self.ends[end.timer_id].append(end)

    def load_places(self, issue_ids: Iterable[int]) -> None:
        """These issues, and those of the timers at hand."""
        wanted = {stored.named_issue_id for stored in self.claims.values()}.union(issue_ids)
        missing = sorted(each for each in wanted if each is not None and each not in self.places)
        if missing:
            self.places.update(catalog.places(self.conn, self.principal.user_id, missing))

    def reread(self) -> None:
        """After a savepoint was undone: what it wrote is not known any more."""
        timer_ids = sorted({stored.timer_id for stored in self.claims.values()} | set(self.ends))
        self.claims.clear()
        self.ends.clear()
        self.new_logs.clear()
        self.uncounted.clear()
        self.load_timers(timer_ids)
        self.touched_claims &= self.claims.keys()

    def claims_of(self, timer_id: str) -> list[StoredClaim]:
        return [stored for stored in self.claims.values() if stored.timer_id == timer_id]

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
