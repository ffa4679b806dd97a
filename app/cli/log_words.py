"""How does the command line say what was logged, corrected or decided?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.core.written import duration

FLAGGED: Final = " !"
TO: Final = "\N{EN DASH}"
UNSENT: Final = " *"
KEY: Final = "* waits for the server   ! needs you: hourkeep outbox"
DECIDED: Final = "It is settled when the server has it."


def logs(seen: Sequence[Mapping[str, Any]]) -> str:
    """A line for each, the days apart."""
    if not seen:
        return "Nothing was logged."
    lines: list[str] = []
    day = ""
    for log in seen:
        if (of_log := time.strftime("%a %Y-%m-%d", time.localtime(log["start"]))) != day:
            day = of_log
            lines.append(day)
        lines.append(_line(log))
    marks = any(log["flag"] or not log["is_confirmed"] for log in seen)
    return "\n".join([*lines, *([KEY] if marks else [])])


def _line(log: Mapping[str, Any]) -> str:
    marks = (FLAGGED if log["flag"] else "") + ("" if log["is_confirmed"] else UNSENT)
    said = log["description"] or log["issue_summary"]
    parts = ("", log["id"], span(log), duration(log["seconds"]).rjust(8), log["issue_key"], said)
    return "  ".join(" ".join(part.split()) if part else part for part in parts) + marks


def span(log: Mapping[str, Any]) -> str:
    """From when to when; nothing in place of the end of one that goes on."""
    end = "     " if log["end"] is None else _clock(log["end"])
    return f"{_clock(log['start'])}{TO}{end}"


def _clock(at: int) -> str:
    return time.strftime("%H:%M", time.localtime(at))


def _added(answer: Mapping[str, Any]) -> str:
    log = answer["log"]
    return f"Entered {duration(log['seconds'])} on {log['issue_key']}: {log['id']}."


def _edited(answer: Mapping[str, Any]) -> str:
    log = answer["log"]
    return f"Corrected {log['id']}: {span(log).rstrip()}, {duration(log['seconds'])} on {log['issue_key']}."


def _split(answer: Mapping[str, Any]) -> str:
    log = answer["log"]
    return f"Split: {duration(log['seconds'])} on {log['issue_key']} from {_clock(log['start'])} on is {log['id']}."


def _deleted(answer: Mapping[str, Any]) -> str:
    log = answer["log"]
    return f"Deleted {log['id']}: {duration(log['seconds'])} on {log['issue_key']}."


def _resolved(answer: Mapping[str, Any]) -> str:
    key = answer["issue_key"]
    return f"{key}: {answer['choice'].replace('_', ' ')}. {DECIDED}" if key else DECIDED


SAID: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "log add": _added,
    "log edit": _edited,
    "log split": _split,
    "log void": _deleted,
    "outbox resolve": _resolved,
}
