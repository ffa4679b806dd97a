"""What does the app answer to a program that looks at logged time or corrects it?

A time is text as a person types it (`09:30`), and is understood here, where the clock and its zone are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from typing import Any, Final

from app.core import status
from app.core.attention import Choice, Decision
from app.core.editing import Changes
from app.core.local_time import SECOND, day_of, read, second_of, start_of_day
from app.core.logbook import OwnLog
from app.errors import NotATime, NotOffered
from app.ui.controller import Controller
from app.ui.own_time import FOREVER, OwnTime
from app.ui.requests import flag, maybe_text, text, whole

DAY_S: Final = 86_400
USUAL_DAYS: Final = 7

Request = Mapping[str, Any]


class LogAnswers:
    """`zone`: where the person is. Each verb gives what is worth saying; AppError when it is refused. GUI thread."""

    def __init__(self, controller: Controller, zone: tzinfo) -> None:
        self._controller = controller
        self._own = OwnTime(controller)
        self._zone = zone
        self.verbs: Final[Mapping[str, Callable[[Request], dict[str, Any]]]] = {
            "log_list": self._list,
            "log_add": self._add,
            "log_edit": self._edit,
            "log_split": self._split,
            "log_void": self._void,
            "outbox_resolve": self._resolve,
            "outbox_export": self._export,
        }

    def _list(self, request: Request) -> dict[str, Any]:
        """Of the last `days` days, today among them."""
        today = day_of(self._controller.clock.now(), self._zone)
        days = whole(request, "days", USUAL_DAYS)
        since = start_of_day(today, self._zone) - DAY_S * max(0, days - 1)
        ids = self._own.short_ids()
        logs = self._own.logs(since, FOREVER)
        return {"logs": [{"id": ids[log.timer_id], **status.log(log)} for log in logs]}

    def _add(self, request: Request) -> dict[str, Any]:
        issue = self._own.issue(text(request, "key"))
        day = self._day(request)
        span = self._second(request, "from", day), self._second(request, "to", day)
        said = maybe_text(request, "description")
        return self._said(self._own.add(issue, span, said, is_billable=flag(request, "is_billable", True)))

    def _edit(self, request: Request) -> dict[str, Any]:
        log = self._own.log(text(request, "id"))
        key = maybe_text(request, "key")
        start, end = self._bounds(request, log.start, log.end)
        changes = Changes(
            issue=None if key is None else self._own.issue(key),
            description=maybe_text(request, "description"),
            is_billable=None if request.get("is_billable") is None else flag(request, "is_billable", True),
            start=start,
            end=end,
        )
        return self._said(self._own.edit(log, changes))

    def _split(self, request: Request) -> dict[str, Any]:
        log = self._own.log(text(request, "id"))
        day = self._day(request, day_of(log.start, self._zone))
        _, rest = self._own.split(log, self._second(request, "at", day))
        return self._said(rest)

    def _void(self, request: Request) -> dict[str, Any]:
        log = self._own.log(text(request, "id"))
        self._own.void(log, maybe_text(request, "reason") or "")
        return self._said(log)

    def _resolve(self, request: Request) -> dict[str, Any]:
        need = self._own.need(text(request, "item"))
        wanted, key = text(request, "choice").replace("-", "_"), maybe_text(request, "key")
        if wanted not in set(Choice):
            raise NotOffered(tuple(need.choices))
        start, end = self._bounds(request, need.item.start, need.item.end)
        issue = None if key is None else self._own.issue(key)
        self._own.resolve(need, Decision(Choice(wanted), issue, start, end))
        return {"issue_key": need.item.issue_key, "choice": wanted}

    def _export(self, _request: Request) -> dict[str, Any]:
        unsent = self._own.unsent(self._zone)
        return {"count": unsent.count, "json": unsent.json, "csv": unsent.csv}

    # ---- times ----------------------------------------------------------------------------------------------

    def _day(self, request: Request, otherwise: date | None = None) -> date:
        """The day that is named, else `otherwise`, else today."""
        named = maybe_text(request, "date")
        if named is None:
            return otherwise or day_of(self._controller.clock.now(), self._zone)
        try:
            return date.fromisoformat(named)
        except ValueError as error:
            raise NotATime(named) from error

    def _second(self, request: Request, name: str, day: date) -> int:
        fold = SECOND if flag(request, "second", False) else None
        return second_of(read(text(request, name), day), self._zone, fold)

    def _bounds(self, request: Request, start: int | None, end: int | None) -> tuple[int | None, int | None]:
        """The new ones; None for a side that is not named. Without a date a time is one of the day on which it was."""
        return self._bound(request, "from", start), self._bound(request, "to", end)

    def _bound(self, request: Request, name: str, before: int | None) -> int | None:
        if request.get(name) is None:
            return None
        usual = None if before is None else day_of(before, self._zone)
        return self._second(request, name, self._day(request, usual))

    def _said(self, log: OwnLog) -> dict[str, Any]:
        return {"log": {"id": self._own.short_ids()[log.timer_id], **status.log(log)}}
