"""What can a person see, enter, correct and decide of their own time?

Beside the timer itself, which is the controller's. Every gesture is on the disk when it returns and never waits for the network.
GUI thread only; gestures raise AppError, and then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from app.clock import Reading
from app.core import attention, editing
from app.core.attention import Decision, Need
from app.core.editing import Changes
from app.core.logbook import OwnLog
from app.core.naming import short_names
from app.core.timer import IssueRef
from app.errors import SeveralLogs, UnknownIssue, UnknownItem, UnknownLog
from app.store import export
from app.ui.controller import Controller

WINDOW_S: Final = 62 * 86_400
"""How far back the server sends a person's logs."""

FOREVER: Final = 2**53


@dataclass(frozen=True, slots=True)
class Unsent:
    """`count` actions, complete and as a table."""

    count: int
    json: str
    csv: str


class OwnTime:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    # ---- what there is --------------------------------------------------------------------------------------

    def logs(self, since: int = 0, until: int = FOREVER) -> list[OwnLog]:
        """Those that begin in that time (epoch seconds) and were not deleted, the earliest first."""
        desk = self._controller.desk
        return [] if desk is None else [log for log in desk.logs(since, until) if not log.is_deleted]

    def log(self, typed: str) -> OwnLog:
        """The one whose id begins so; also a deleted one. UnknownLog, SeveralLogs."""
        found = [log for log in self._known() if log.timer_id.startswith(typed.strip().lower() or "?")]
        if len(found) > 1:
            raise SeveralLogs(typed)
        if not found:
            raise UnknownLog(typed)
        return found[0]

    def short_ids(self) -> dict[str, str]:
        """By timer id, what is enough of it to name the log."""
        return short_names(log.timer_id for log in self._known())

    def needs(self) -> tuple[Need, ...]:
        desk = self._controller.desk
        return () if desk is None else desk.needs()

    def need(self, typed: str) -> Need:
        """The item whose action's id begins so. UnknownItem."""
        wanted = typed.strip().lower()
        found = [need for need in self.needs() if wanted and need.item.action_id.startswith(wanted)]
        if len(found) != 1:
            raise UnknownItem(typed)
        return found[0]

    def issue(self, key: str) -> IssueRef:
        """UnknownIssue."""
        found = self._controller.need_desk().cache.issue_by_key(key)
        if found is None:
            raise UnknownIssue(key)
        return found

    def unsent(self, zone: tzinfo) -> Unsent:
        """All that the server has not confirmed, to be kept elsewhere; times of the table in `zone`."""
        desk = self._controller.need_desk()
        issue_of = desk.cache.issue
        return Unsent(
            desk.outbox.pending_count(),
            export.as_json(desk.outbox, issue_of),
            export.as_csv(desk.outbox, issue_of, zone),
        )

    # ---- gestures -------------------------------------------------------------------------------------------

    def add(
        self,
        issue: IssueRef,
        span: tuple[int, int],
        description: str | None = None,
        *,
        is_billable: bool = True,
    ) -> OwnLog:
        desk = self._controller.need_desk()
        gesture = editing.add_log(
            desk.timer, issue, span, self._reading(), desk.new_id, description, is_billable=is_billable
        )
        self._controller.record(desk, gesture)
        return self.log(gesture.drafts[0].body["timer_id"])

    def edit(self, log: OwnLog, changes: Changes) -> OwnLog:
        desk = self._controller.need_desk()
        self._controller.record(
            desk, editing.edit_log(desk.timer, log, changes, self._reading(), desk.new_id)
        )
        return self.log(log.timer_id)

    def split(self, log: OwnLog, at: int) -> tuple[OwnLog, OwnLog]:
        """Both parts, the earlier one first."""
        desk = self._controller.need_desk()
        others = desk.logs(log.start - WINDOW_S, FOREVER)
        gesture = editing.split_log(desk.timer, log, at, others, self._reading(), desk.new_id)
        self._controller.record(desk, gesture)
        return self.log(log.timer_id), self.log(gesture.drafts[-1].body["timer_id"])

    def void(self, log: OwnLog, reason: str = "") -> None:
        desk = self._controller.need_desk()
        self._controller.record(desk, editing.void_log(desk.timer, log, self._reading(), desk.new_id, reason))

    def resolve(self, need: Need, decision: Decision) -> None:
        desk = self._controller.need_desk()
        self._controller.record(
            desk, attention.resolve(desk.timer, need, decision, self._reading(), desk.new_id)
        )

    def _reading(self) -> Reading:
        return self._controller.clock.reading()

    def _known(self) -> Sequence[OwnLog]:
        desk = self._controller.desk
        return () if desk is None else desk.logs(0, FOREVER)
