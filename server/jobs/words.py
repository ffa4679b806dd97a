"""What does an e-mail say?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from server.domain.delivery import Told
from server.settings import Language

BUDGET_ALERT: Final = "budget_alert"


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    used: str
    used_up: str
    text: str
    other: str
    when: str
    footer: str


_IN: Final = {
    Language.ENGLISH: _Words(
        used="{project_key}: {actual_percentage} % of the budget is used",
        used_up="{project_key}: the budget is used up ({actual_percentage} %)",
        text=(
            "Project {project_name} ({project_key})\n"
            "Used: {cost_at_alert} {currency} of {total_budget} {currency}, {actual_percentage} %\n"
            "Timers that ran at {when} are counted up to then.\n"
        ),
        other="{project_key}: {kind}",
        when="%Y-%m-%d %H:%M:%S UTC",
        footer="You get this because you manage the project.",
    ),
    Language.GERMAN: _Words(
        used="{project_key}: {actual_percentage} % des Budgets sind verbraucht",
        used_up="{project_key}: das Budget ist aufgebraucht ({actual_percentage} %)",
        text=(
            "Projekt {project_name} ({project_key})\n"
            "Verbraucht: {cost_at_alert} {currency} von {total_budget} {currency}, {actual_percentage} %\n"
            "Timer, die um {when} liefen, zählen bis dahin mit.\n"
        ),
        other="{project_key}: {kind}",
        when="%d.%m.%Y %H:%M:%S UTC",
        footer="Sie erhalten diese Nachricht, weil Sie das Projekt verwalten.",
    ),
}


def letter(told: Told, language: Language) -> Letter:
    words = _IN[language]
    facts: dict[str, Any] = {
        **told.payload,
        "kind": told.kind,
        "project_key": told.project_key,
        "project_name": told.project_name,
        "when": datetime.fromtimestamp(told.at_ms // 1000, UTC).strftime(words.when),
    }
    if told.kind != BUDGET_ALERT:
        return Letter(words.other.format_map(facts), words.footer + "\n")
    subject = words.used_up if told.payload["alert_type"] == "exceeded" else words.used
    return Letter(subject.format_map(facts), f"{words.text.format_map(facts)}\n-- \n{words.footer}\n")
