"""What does a device do next to bring its actions to the server, and the server's state to the device?

A state machine without I/O: `handle` takes an event and answers with effects (`app.sync.events`). Time and random
numbers are passed in. At most one effect that is answered by an event is under way at any time, so nothing overtakes anything.
Failures never consume an action: what was sent is sent again, the same bytes, until the server has confirmed it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, assert_never

from app.core.notices import Notice, NoticeKind
from app.core.screen import Account, Hindrance, Link
from app.store.catalog import ProjectLike
from app.store.identity import Mark
from app.store.records import Batch
from app.sync import backoff
from app.sync.backoff import Random
from app.sync.events import (
    Answer,
    Answered,
    Code,
    Compare,
    Done,
    Due,
    Effect,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    GoBack,
    IssuesFetched,
    IssuesWanted,
    KeepIssues,
    KeepProjects,
    Kicked,
    NotDone,
    Probe,
    Probed,
    ProjectsFetched,
    Reachable,
    Rename,
    Report,
    Rest,
    Send,
    Settle,
    Take,
    Taken,
    Tell,
    TokenFound,
    TooLarge,
    Unanswered,
    Unauthorised,
)

FIRST_LIMIT: Final = 200
POLL_S: Final = 60.0
CATALOG_EVERY_S: Final = 600.0
REPAIRS: Final = (
    4  # a history is mended in one step or two; more means that the two sides do not understand each other
)
DISK_PAUSE_S: Final = 5.0
TOKEN_PAUSE_S: Final = 1.0


class Phase(StrEnum):
    """SIGNED_OUT: no token. BUSY: an effect is under way. IDLE: all is well. WAITING: after a failure."""

    SIGNED_OUT = "signed_out"
    BUSY = "busy"
    IDLE = "idle"
    WAITING = "waiting"


@dataclass(slots=True)
class _Catalog:
    """How far the list of projects and issues has come."""

    projects: list[ProjectLike] = field(default_factory=list)
    since: int | None = None


class Engine:
    """For one account. `due`: when it wants `Due`, on the caller's monotonic clock in seconds; None for never."""

    def __init__(self, account: Account, random: Random) -> None:
        self.phase = Phase.BUSY
        self.due: float | None = None
        self._account = account
        self._random = random
        self._kicked = False
        self._failures = 0
        self._repairs = 0
        self._last_failure: Failure | None = None
        self._away_since: float | None = None
        self._token_doubted = False
        self._limit = FIRST_LIMIT
        self._sent: Batch | None = None
        self._is_stuck = False
        self._poll_s = POLL_S
        self._catalog_due = 0.0
        self._catalog = _Catalog()
        self._next_page: FetchIssues | None = None
        self._epoch = ""
        self._said: set[Hindrance] = set()
        self._is_compared = False
        self._has_more = False

    def begin(self) -> list[Effect]:
        return [FindToken(self._account)]

    def handle(self, event: Event, now: float) -> list[Effect]:  # noqa: C901, PLR0911, PLR0912  # one line an event
        match event:
            case Kicked():
                return self._on_kick()
            case Reachable():
                return self._on_reachable()
            case Due():
                return self._on_due()
            case _ if self.phase is not Phase.BUSY:
                return []
            case TokenFound(found, mark):
                return self._token_found(found, mark)
            case Taken(outgoing):
                self._sent = outgoing.batch
                return [Send(outgoing)]
            case Answered(answer):
                return self._answered(answer, now)
            case Unanswered(failure):
                return self._failed(failure, now)
            case Unauthorised():
                return self._unauthorised(now)
            case TooLarge():
                return self._too_large(now)
            case Probed():
                return self._probed(now)
            case Done(waiting):
                return self._done(waiting, now)
            case NotDone():
                return self._wait(DISK_PAUSE_S, now)
            case ProjectsFetched() | IssuesWanted() | IssuesFetched():
                return self._catalog_step(event, now)
            case _:
                assert_never(event)

    # ---- the sign-in ----------------------------------------------------------------------------------------

    def _token_found(self, found: bool, mark: Mark | None = None) -> list[Effect]:  # noqa: FBT001  # the event's word
        if found and mark is not None and not self._is_compared:
            self._is_compared = self._kicked = True
            return [Compare(mark)]
        if found:
            return self._take()
        self.phase = Phase.SIGNED_OUT
        self.due = None
        return [Report(Link.SIGNED_OUT, None, contact=False)]

    def _unauthorised(self, now: float) -> list[Effect]:
        """Once may be somebody else's word, or the token was replaced meanwhile: it is read again and tried again."""
        if self._token_doubted:
            self._token_doubted = False
            return self._token_found(found=False)
        self._token_doubted = True
        return self._wait(TOKEN_PAUSE_S, now)

    # ---- reasons to begin -----------------------------------------------------------------------------------

    def _on_kick(self) -> list[Effect]:
        if self.phase is Phase.IDLE:
            return self._take()
        self._kicked = (
            True  # a pause after a failure is kept: the person's next gesture must not become a load
        )
        return []

    def _on_reachable(self) -> list[Effect]:
        is_mended = self._is_probing() or self._last_hindrance() in backoff.STUBBORN_S
        return self._on_due() if self.phase is Phase.WAITING and is_mended else []

    def _on_due(self) -> list[Effect]:
        if self.phase not in {Phase.IDLE, Phase.WAITING}:
            return []
        if self._token_doubted:
            self._go()
            return [FindToken(self._account)]
        if self._is_probing():
            self._go()
            return [Probe()]
        return self._take()

    def _is_probing(self) -> bool:
        return self._last_hindrance() in backoff.ASKED_FIRST

    def _last_hindrance(self) -> Hindrance | None:
        return None if self._last_failure is None else self._last_failure.hindrance

    def _take(self) -> list[Effect]:
        """A server that does not understand this version is asked whether it does now, and sent nothing before."""
        self._go()
        self._kicked = self._has_more = False
        return [Take(0 if self._last_hindrance() is Hindrance.UPGRADE else self._limit)]

    def _go(self) -> None:
        self.phase = Phase.BUSY
        self.due = None

    # ---- answers --------------------------------------------------------------------------------------------

    def _answered(self, answer: Answer, now: float) -> list[Effect]:
        self._last_failure = self._away_since = None
        self._token_doubted = False
        self._poll_s = answer.poll_s
        self._limit = max(1, min(answer.max_actions, self._limit))
        if answer.epoch != self._epoch:
            self._epoch, self._catalog_due = answer.epoch, now
        if answer.code is Code.UPGRADE:
            return self._failed(Failure(Hindrance.UPGRADE), now)
        contact = Report(Link.ONLINE, None, contact=True)
        if answer.code is Code.OK:
            self._accepted(answer)
            return [Settle(answer), contact]
        self._repairs += 1
        if self._repairs > REPAIRS:
            self._repairs = 0
            return self._failed(Failure(Hindrance.SERVER), now)
        self._kicked = True  # the answer brought no state of the server's
        mend: Effect = GoBack(answer.head) if answer.code is Code.BEHIND else Rename()
        return [mend, contact]

    def _accepted(self, answer: Answer) -> None:
        """Pauses are short again only after what the server has confirmed."""
        self._repairs = 0
        self._has_more = answer.logs is not None and answer.logs.has_more
        sent = self._sent
        self._is_stuck = sent is not None and bool(sent.actions) and answer.head.seq <= sent.base.seq
        if not self._is_stuck:
            self._failures = 0
            self._said.clear()
        if sent is not None and answer.head.seq > sent.base.seq + len(sent.actions):
            # The desk may become a new device for it, and then has no state of the server's.
            self._kicked = True

    def _done(self, waiting: int, now: float) -> list[Effect]:
        """The desk has written; go on with what is most urgent."""
        if self._is_stuck:
            self._is_stuck = False
            return self._failed(Failure(Hindrance.SERVER), now)
        if waiting or self._kicked or self._has_more:
            return self._take()
        if self._next_page is not None:
            page, self._next_page = self._next_page, None
            return [page]
        if now >= self._catalog_due:
            self._catalog = _Catalog()
            return [FetchProjects(None)]
        self.phase = Phase.IDLE
        self._limit = FIRST_LIMIT  # what was too large once need not be the next time
        self.due = now + backoff.poll(self._poll_s, self._random)
        return [Rest()]

    def _catalog_step(
        self, event: ProjectsFetched | IssuesWanted | IssuesFetched, now: float
    ) -> list[Effect]:
        catalog = self._catalog
        match event:
            case ProjectsFetched(projects, following):
                catalog.projects.extend(projects)
                if following is not None:
                    return [FetchProjects(following)]
                return [KeepProjects(tuple(catalog.projects), self._epoch)]
            case IssuesWanted(since):
                catalog.since = since
                return [FetchIssues(since, None)]
            case IssuesFetched(issues, following):
                if following is None:
                    self._catalog_due = now + CATALOG_EVERY_S
                else:
                    self._next_page = FetchIssues(catalog.since, following)
                return [KeepIssues(issues)]
            case _:
                assert_never(event)

    # ---- failures -------------------------------------------------------------------------------------------

    def _failed(self, failure: Failure, now: float) -> list[Effect]:
        self._failures += 1
        self._last_failure = failure
        self._away_since = now if self._away_since is None else self._away_since
        self._next_page = None
        wait_s = backoff.pause(failure.hindrance, self._failures, failure.retry_after_s, self._random)
        self._wait(wait_s, now)
        return [Report(Link.OFFLINE, failure.hindrance, contact=False), *self._said_once(failure)]

    def _said_once(self, failure: Failure) -> list[Effect]:
        """What only people can mend is said once, until the server answers again; a refusal only when it has lasted."""
        hindrance = failure.hindrance
        if hindrance in self._said:
            return []
        match hindrance:
            case Hindrance.TLS:
                notice = Notice(NoticeKind.NO_TLS, {"text": failure.text})
            case Hindrance.UPGRADE:
                notice = Notice(NoticeKind.UPGRADE)
            case Hindrance.WRONG_SERVER:
                notice = Notice(NoticeKind.WRONG_SERVER)
            case Hindrance.REFUSED if backoff.has_waited_longest(hindrance, self._failures):
                notice = Notice(NoticeKind.REFUSED)
            case _:
                return []
        self._said.add(hindrance)
        return [Tell(notice)]

    def _wait(self, seconds: float, now: float) -> list[Effect]:
        self.phase = Phase.WAITING
        self.due = now + seconds
        return []

    def _too_large(self, now: float) -> list[Effect]:
        if self._limit == 1:
            return self._failed(Failure(Hindrance.SERVER), now)
        self._limit //= 2
        return self._take()

    def _probed(self, now: float) -> list[Effect]:
        away_s = 0.0 if self._away_since is None else now - self._away_since
        self._last_failure = None
        return self._wait(backoff.spread(away_s, self._random), now)
