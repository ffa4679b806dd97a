"""What does the timer look like once these actions have happened?

The view is the server's snapshot with the device's own unconfirmed actions folded in. The same steps make the new
state of a gesture, so that the screen before and after a restart is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol

from app.clock import ServerAnchor
from app.core.actions import Kind
from app.core.instants import instant_of
from app.core.timer import IssueRef, Rate, Timer


class Fact(Protocol):
    """An action, recorded or not yet."""

    @property
    def kind(self) -> str: ...

    @property
    def body(self) -> dict[str, Any]: ...


def fold(
    snapshot: Timer | None,
    pending: Iterable[Fact],
    issue_of: Callable[[int], IssueRef | None],
    rate: Rate | None,
    anchor: ServerAnchor | None = None,
) -> Timer | None:
    """`pending` in the order of recording; `rate` is what a timer started in them costs.

    `anchor`: the server's time in the clock session that runs now; None when it is not known.
    """
    timer = snapshot
    for fact in pending:
        timer = advance(timer, fact, issue_of, rate, anchor)
    return timer


def advance(
    timer: Timer | None,
    fact: Fact,
    issue_of: Callable[[int], IssueRef | None],
    rate: Rate | None,
    anchor: ServerAnchor | None = None,
) -> Timer | None:
    """One step. What does not concern the timer at hand, and kinds of a later version, leave it as it is."""
    body = fact.body
    if fact.kind == Kind.START:
        issue = issue_of(body["issue_id"]) or unknown_issue(body["issue_id"])
        return _started(body, issue, rate, instant_of(body["t"], anchor))
    if timer is None or body.get("timer_id") != timer.timer_id:
        return timer
    match fact.kind:
        case Kind.PAUSE:
            return _paused(timer, body, instant_of(body["t"], anchor))
        case Kind.RESUME:
            return _resumed(timer, body, instant_of(body["t"], anchor))
        case Kind.STOP:
            return None
        case _:
            return timer


def unknown_issue(issue_id: int) -> IssueRef:
    """An issue that the cache has lost."""
    return IssueRef(id=issue_id, key=f"#{issue_id}", summary="", project_id=None)


def _started(body: dict[str, Any], issue: IssueRef, rate: Rate | None, at: int) -> Timer:
    return Timer(
        timer_id=body["timer_id"],
        issue=issue,
        started_at=at,
        closed_seconds=0,
        claim_id=body["claim_id"],
        running_since=at,
        paused_at=None,
        rate=rate,
    )


def _paused(timer: Timer, body: dict[str, Any], at: int) -> Timer:
    if timer.running_since is None or timer.claim_id != body["claim_id"]:
        return timer
    closed = timer.closed_seconds + max(0, at - timer.running_since)
    return replace(timer, closed_seconds=closed, claim_id=None, running_since=None, paused_at=at)


def _resumed(timer: Timer, body: dict[str, Any], at: int) -> Timer:
    if timer.running_since is not None:
        return timer
    return replace(timer, claim_id=body["claim_id"], running_since=at, paused_at=None)
