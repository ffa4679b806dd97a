"""What can a person take along of what the server has not confirmed, as JSON and as a table?

The JSON is complete: whoever has it can send it again. The table says what was worked, for people.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from app.core.actions import Kind, Recorded
from app.core.timer import IssueRef
from app.store.outbox import Outbox

HEADER: Final = ("issue", "start", "end", "seconds", "what", "description", "timer")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is reckoned by a spreadsheet: somebody else's text must not be."""

IssueOf = Callable[[int], IssueRef | None]


@dataclass(slots=True)
class Line:
    """One stretch. `start`, `end`: epoch seconds, None where it is not known or not over. `what`: how it came to be."""

    timer_id: str
    what: str
    issue_id: int | None = None
    start: int | None = None
    end: int | None = None
    description: str | None = None


def as_json(outbox: Outbox, issue_of: IssueOf) -> str:
    """Everything that is not confirmed, each action with its id and body, and with what a person knows it by."""
    issues = {item.action_id: item.issue_id for item in outbox.waiting(limit=-1)}
    actions = [
        {
            "action_id": each.action_id,
            "seq": each.seq,
            "v": each.v,
            "kind": each.kind,
            "at": _when(_at(each.body), UTC),
            "issue": _key(issues.get(each.action_id), issue_of),
            "body": each.body,
        }
        for each in outbox.unsent()
    ]
    content = {"device_id": outbox.device_id, "actions": actions}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_csv(outbox: Outbox, issue_of: IssueOf, zone: tzinfo = UTC) -> str:
    """The stretches that the unconfirmed actions speak of, with times in `zone`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for each in lines(outbox.after(0), outbox.acked_seq):
        known = each.start is not None and each.end is not None
        writer.writerow(
            _harmless(cell)
            for cell in (
                _key(each.issue_id, issue_of),
                _when(each.start, zone),
                _when(each.end, zone),
                max(0, (each.end or 0) - (each.start or 0)) if known else "",
                each.what,
                each.description or "",
                each.timer_id,
            )
        )
    return text.getvalue()


def lines(actions: Sequence[Recorded], acked_seq: int) -> list[Line]:
    """What the actions after `acked_seq` say; the ones before tell where a stretch began that they end."""
    open_claims: dict[str, Line] = {}
    issues: dict[str, int] = {}
    found: dict[int, Line] = {}  # each stretch once, at its first mention
    for action in actions:
        body = action.body
        timer_id = str(body.get("timer_id", ""))
        if "issue_id" in body:
            issues[timer_id] = body["issue_id"]
        made = list(_lines_of(action, timer_id, open_claims))
        for each in made:
            each.issue_id = issues.get(timer_id) if each.issue_id is None else each.issue_id
        if action.seq > acked_seq:
            found |= {id(each): each for each in made}
    return list(found.values())


def _lines_of(action: Recorded, timer_id: str, open_claims: dict[str, Line]) -> Iterator[Line]:
    body = action.body
    match action.kind:
        case Kind.START | Kind.RESUME:
            line = Line(timer_id, "worked", start=_at(body))
            open_claims[body["claim_id"]] = line
            yield line
        case Kind.PAUSE | Kind.STOP:
            line = open_claims.pop(body["claim_id"] or "", Line(timer_id, "worked"))
            line.end = _at(body) if body["claim_id"] else None
            line.description = body.get("description") or line.description
            yield line
        case Kind.ADD:
            yield Line(
                timer_id, "entered", start=body["start"], end=body["end"], description=body.get("description")
            )
            yield from _stretches(timer_id, "entered", body.get("more", []))
        case Kind.EDIT:
            new = body.get("set", {})
            yield Line(timer_id, "corrected", new.get("issue_id"), description=new.get("description"))
            yield from _stretches(timer_id, "corrected", body.get("stretches", []))
        case Kind.VOID:
            yield Line(timer_id, "deleted", description=body.get("reason"))
        case Kind.RESOLVE:
            yield Line(timer_id, "decided")
        case _:  # of a later version
            yield Line(timer_id, action.kind)


def _stretches(timer_id: str, what: str, stretches: Sequence[dict[str, Any]]) -> Iterator[Line]:
    for each in stretches:
        said = "deleted" if each.get("is_void") else what
        yield Line(timer_id, said, start=each["start"], end=each.get("end"))


def _at(body: dict[str, Any]) -> int | None:
    """By the device's own clock: what the person saw there."""
    wall = body.get("t", {}).get("wall")
    return None if wall is None else int(wall)


def _when(at: int | None, zone: tzinfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).isoformat(sep=" ")


def _key(issue_id: int | None, issue_of: IssueOf) -> str:
    if issue_id is None:
        return ""
    issue = issue_of(issue_id)
    return f"#{issue_id}" if issue is None else issue.key


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
