"""Which time has the person logged, as far as this device knows?

The server's logs with the device's own unconfirmed actions folded in: what is entered, corrected or deleted without a
network is seen at once, and so is the time of the device's own timers. Nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final

from app.clock import ServerAnchor
from app.core.actions import Kind
from app.core.fold import Fact, unknown_issue
from app.core.instants import instant_of
from app.core.intervals import Span, measure, without
from app.core.timer import IssueRef, Rate

FIRST_REVISION: Final = 1
FOREVER: Final = 2**53
IssueOf = Callable[[int], IssueRef | None]


class LogStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Uninterrupted time of a log, epoch seconds. `end` None: it goes on."""

    claim_id: str
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class LogValues:
    """What a correction said of a log; None: it left that as it was."""

    issue_id: int | None
    issue_key: str | None
    description: str | None
    is_billable: bool | None
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnLog:
    """One time log of the person's. `seconds`: what counts of its stretches that have ended. `end` None: it goes on.

    `time_log_id` None: the server has not named it yet. `cost` None: not known. `flag`: the code of why it needs somebody.
    `is_confirmed`: nothing of it waits for the server.
    """

    timer_id: str
    time_log_id: int | None
    revision: int
    issue: IssueRef
    status: LogStatus
    start: int
    end: int | None
    seconds: int
    is_billable: bool = True
    is_deleted: bool = False
    description: str | None = None
    rate: Rate | None = None
    cost: Decimal | None = None
    currency: str | None = None
    stretches: tuple[Stretch, ...] = ()
    flag: str | None = None
    is_confirmed: bool = True


def logbook(
    known: Iterable[OwnLog],
    pending: Iterable[Fact],
    issue_of: IssueOf,
    anchor: ServerAnchor | None = None,
) -> tuple[OwnLog, ...]:
    """The logs in order of their start, deleted ones too. `known`: the server's; `pending` in the order of recording.

    `anchor`: the server's time in the clock session that runs now. What corrects a log that is not known here, and kinds of a later version, change nothing that is shown.
    """
    book = Logbook(known, issue_of, anchor)
    for fact in pending:
        book.take(fact)
    return book.logs()


class Logbook:
    """The logs while facts are folded in."""

    def __init__(self, known: Iterable[OwnLog], issue_of: IssueOf, anchor: ServerAnchor | None) -> None:
        self._issue_of = cache(issue_of)
        self._logs = {log.timer_id: self._named(log) for log in known}
        self._anchor = anchor
        self._authored: dict[str, int] = {}
        """When each claim was said that the server has not judged yet: the later one owns a second that two claim."""

    def take(self, fact: Fact) -> None:
        body = fact.body
        log = self._logs.get(body.get("timer_id", ""))
        if fact.kind in {Kind.START, Kind.ADD}:
            fresh = self._started(body) if fact.kind == Kind.START else self._added(body)
            self._logs.setdefault(fresh.timer_id, fresh)
        elif log is not None:
            self._logs[log.timer_id] = replace(self._changed(log, fact), is_confirmed=False)

    def logs(self) -> tuple[OwnLog, ...]:
        judged = (self._judged(log) for log in self._logs.values())
        return tuple(sorted(judged, key=lambda log: (log.start, log.timer_id)))

    def _named(self, log: OwnLog) -> OwnLog:
        """As its issue is called now: a renamed issue changes none of its logs, and the server tells only what changed."""
        issue = self._issue_of(log.issue.id)
        return log if issue is None or issue == log.issue else replace(log, issue=issue)

    def _at(self, body: Mapping[str, Any]) -> int:
        return instant_of(body["t"], self._anchor)

    def _changed(self, log: OwnLog, fact: Fact) -> OwnLog:
        body = fact.body
        match fact.kind:
            case Kind.PAUSE:
                return self._closed(log, body, LogStatus.PAUSED)
            case Kind.RESUME:
                return self._resumed(log, body)
            case Kind.STOP:
                ended = self._closed(log, body, LogStatus.STOPPED)
                return replace(ended, description=body.get("description") or log.description)
            case Kind.EDIT:
                return self._edited(log, body)
            case Kind.VOID:
                return replace(log, is_deleted=True, revision=log.revision + 1)
            case _:
                return log

    # ---- how a log begins ---------------------------------------------------------------------------------

    def _started(self, body: Mapping[str, Any]) -> OwnLog:
        begun = Stretch(body["claim_id"], self._at(body), None)
        self._authored[begun.claim_id] = begun.start
        return self._new(body, LogStatus.RUNNING, (begun,))

    def _added(self, body: Mapping[str, Any]) -> OwnLog:
        first = Stretch(body["claim_id"], body["start"], body["end"])
        more = (Stretch(each["claim_id"], each["start"], each["end"]) for each in body.get("more", ()))
        stretches = (first, *more)
        self._authored |= {each.claim_id: self._at(body) for each in stretches}
        log = self._new(body, LogStatus.STOPPED, stretches)
        return replace(
            log, description=body.get("description") or None, is_billable=body.get("is_billable", True)
        )

    def _new(self, body: Mapping[str, Any], status: LogStatus, stretches: Sequence[Stretch]) -> OwnLog:
        issue = self._issue(body["issue_id"])
        log = OwnLog(body["timer_id"], None, FIRST_REVISION, issue, status, 0, None, 0, is_confirmed=False)
        return _bounded(log, stretches)

    def _issue(self, issue_id: int) -> IssueRef:
        return self._issue_of(issue_id) or unknown_issue(issue_id)

    # ---- how it goes on -----------------------------------------------------------------------------------

    def _resumed(self, log: OwnLog, body: Mapping[str, Any]) -> OwnLog:
        begun = Stretch(body["claim_id"], self._at(body), None)
        self._authored[begun.claim_id] = begun.start
        return _bounded(replace(log, status=LogStatus.RUNNING), (*log.stretches, begun))

    def _closed(self, log: OwnLog, body: Mapping[str, Any], status: LogStatus) -> OwnLog:
        """A stretch never ends before it began."""
        at, stretches = self._at(body), []
        for each in log.stretches:
            if each.claim_id == body["claim_id"] and each.end is None:
                self._authored.setdefault(each.claim_id, each.start)
                stretches.append(replace(each, end=max(each.start, at)))
            else:
                stretches.append(each)
        return _bounded(replace(log, status=status), stretches)

    def _edited(self, log: OwnLog, body: Mapping[str, Any]) -> OwnLog:
        changes = body.get("set", {})
        issue_id, text = changes.get("issue_id"), changes.get("description")
        billable = changes.get("is_billable")
        edited = replace(
            log,
            revision=log.revision + 1,
            issue=log.issue if issue_id is None else self._issue(issue_id),
            description=log.description if text is None else text or None,
            is_billable=log.is_billable if billable is None else billable,
        )
        moved = {each["claim_id"]: each for each in body.get("stretches", ())}
        return self._moved(edited, moved, self._at(body)) if moved else edited

    def _moved(self, log: OwnLog, moved: Mapping[str, Mapping[str, Any]], authored: int) -> OwnLog:
        stretches = []
        for each in log.stretches:
            new = moved.get(each.claim_id)
            if new is None:
                stretches.append(each)
            elif not new.get("is_void", False):
                end = new["end"] if new["end"] is not None else each.end
                stretches.append(Stretch(each.claim_id, new["start"], end))
                self._authored[each.claim_id] = authored
        return _bounded(log, stretches)

    # ---- what counts --------------------------------------------------------------------------------------

    def _judged(self, log: OwnLog) -> OwnLog:
        """Of each second the claim owns it that was said last; the server's own figure stands where nothing is new."""
        rivals = list(self._rivals(log))
        if any(each.claim_id in self._authored for each in log.stretches):
            left = [
                without([_span(each)], (span for said, span in rivals if said > self._order(each)))
                for each in log.stretches
                if each.end is not None
            ]
            return replace(log, seconds=measure([span for spans in left for span in spans]), cost=None)
        taken = [
            span
            for said, span in rivals
            if said[1] in self._authored and all(said > self._order(each) for each in log.stretches)
        ]
        spans = [_span(each) for each in log.stretches if each.end is not None]
        lost = measure(without(spans, ())) - measure(without(spans, taken))
        return replace(log, seconds=max(0, log.seconds - lost), cost=None) if lost else log

    def _rivals(self, log: OwnLog) -> Iterable[tuple[tuple[int, str], Span]]:
        for other in self._logs.values():
            if other is not log and not other.is_deleted:
                yield from ((self._order(each), _span(each)) for each in other.stretches)

    def _order(self, stretch: Stretch) -> tuple[int, str]:
        return self._authored.get(stretch.claim_id, stretch.start), stretch.claim_id


def _bounded(log: OwnLog, stretches: Sequence[Stretch]) -> OwnLog:
    if not stretches:
        return replace(log, stretches=(), seconds=0)
    ends = [each.end for each in stretches if each.end is not None]
    is_open = len(ends) < len(stretches)
    return replace(
        log,
        stretches=tuple(stretches),
        start=min(each.start for each in stretches),
        end=None if is_open or log.status is not LogStatus.STOPPED else max(ends),
    )


def _span(stretch: Stretch) -> Span:
    return stretch.start, FOREVER if stretch.end is None else stretch.end
