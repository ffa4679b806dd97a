"""How does the command line say what the app answered?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from app.core.written import SIGNS, duration, in_places

WAITING: Final = {
    "timer.start": "start, waiting to be sent",
    "timer.pause": "pause, waiting to be sent",
    "timer.resume": "resume, waiting to be sent",
    "timer.stop": "stop, waiting to be sent",
    "log.add": "entry, waiting to be sent",
    "log.edit": "correction, waiting to be sent",
    "log.void": "deletion, waiting to be sent",
    "attention.resolve": "decision, waiting to be sent",
}
SIGN_IN: Final = "hourkeep login --server URL --email E --password-stdin"


def started(answer: Mapping[str, Any]) -> str:
    since = time.strftime("%H:%M", time.localtime(answer["running_since"]))
    return f"{answer['issue_key']} runs since {since}."


def paused(answer: Mapping[str, Any]) -> str:
    return f"{answer['issue_key']} is paused at {duration(answer['elapsed_seconds'])}."


def resumed(answer: Mapping[str, Any]) -> str:
    return f"{answer['issue_key']} goes on at {duration(answer['elapsed_seconds'])}."


def stopped(answer: Mapping[str, Any]) -> str:
    if answer["cost"] is None:
        return f"Logged {duration(answer['seconds'])} on {answer['issue_key']}."
    amount = money(answer["cost"], answer["currency"])
    return f"Logged {duration(answer['seconds'])} for {amount} on {answer['issue_key']}."


def signed_in(answer: Mapping[str, Any]) -> str:
    lines = [f"Signed in as {answer['name']} ({answer['email']}).", answer["note"]]
    return "\n".join(line for line in lines if line)


def status(state: Mapping[str, Any]) -> str:
    """The timer in one line, the way to the server in another."""
    return f"{_timer(state)}\n{_sync(state['sync'])}"


def _timer(state: Mapping[str, Any]) -> str:
    if state["status"] == "idle":
        return "No timer is running."
    parts = [duration(state["elapsed_seconds"])]
    if state["cost"] is not None:
        parts.append(money(state["cost"], state["currency"]))
    if state["budget_percent"] is not None:
        parts.append(f"{int(Decimal(str(state['budget_percent'])))} % of budget")
    verb = "runs" if state["status"] == "running" else "is paused"
    return f"{state['issue_key']} {verb}: {', '.join(parts)}."


def _sync(sync: Mapping[str, Any]) -> str:
    waiting, attention = sync["waiting"], sync["attention"]
    parts = []
    if attention:
        needs = "action needs" if attention == 1 else "actions need"
        parts.append(f"{attention} {needs} your decision: hourkeep outbox.")
    match sync["state"]:
        case "signed_out" if waiting:
            parts.append(f"{_saved_here(waiting)} and will be sent when you sign in: {SIGN_IN}")
        case "signed_out":
            parts.append(f"Not signed in: {SIGN_IN}")
        case "offline" if waiting:
            parts.append(f"Offline. {_saved_here(waiting)} and will be sent.")
        case "offline":
            parts.append("Offline. Nothing is waiting.")
        case _ if waiting:
            parts.append(f"{_saved_here(waiting)} and will be sent.")
        case _:
            parts.append("Everything is saved on the server.")
    return " ".join(parts)


def _saved_here(waiting: int) -> str:
    return f"{waiting} {'action is' if waiting == 1 else 'actions are'} saved here"


def money(amount: object, currency: str) -> str:
    """$60.11, CHF 60.11: rounded half up to the currency's places."""
    digits = f"{in_places(Decimal(str(amount)), currency):,}"
    return f"{SIGNS[currency]}{digits}" if currency in SIGNS else f"{currency} {digits}"


def outbox(seen: Mapping[str, Any]) -> str:
    """A line for each action that needs a decision, then one for each that waits, the oldest first."""
    lines = [_need(each) for each in seen["attention"]]
    lines += [
        _line(each["at"], each["issue_key"], WAITING.get(each["kind"], each["kind"]))
        for each in seen["waiting"]
    ]
    return "\n".join(lines) if lines else "Nothing is waiting. Everything is saved on the server."


def _need(item: Mapping[str, Any]) -> str:
    """With its id and what can be chosen, or what was."""
    at = item["since"] if item["start"] is None else item["start"]
    if item["decided"] is not None:
        end = f"{_typed(item['decided'])}: will be settled when the server has it"
    elif item["asked_at"] is not None:
        end = "a manager is asked"
    else:
        end = ", ".join(_typed(choice) for choice in item["choices"])
    said = _line(at, item["issue_key"], item["detail"] or item["code"])
    return f"{said}\n    {item['id']}  {end}" if end else said


def _typed(choice: str) -> str:
    return choice.replace("_", "-")


def _line(at: int, issue_key: str | None, said: str) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
    return "  ".join(part for part in (when, issue_key, said) if part)
