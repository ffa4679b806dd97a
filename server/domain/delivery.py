"""How does something reach people outside, and when is it tried again?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

ATTEMPTS: Final = 12  # over about three hours
FIRST_PAUSE_MS: Final = 5_000
LONGEST_PAUSE_MS: Final = 3_600_000
ERROR_LIMIT: Final = 200


class Channel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up; somebody may have it tried again
    CANCELLED = "cancelled"  # its recipient is gone


@dataclass(frozen=True, slots=True)
class Told:
    """What is told, the same to everybody. `key` names it for ever; `at_ms`: when it happened."""

    key: str
    kind: str
    project_key: str
    project_name: str
    payload: dict[str, Any]
    at_ms: int


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody's e-mail."""

    user_id: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook's address, and what its secret is made of and checked by."""

    webhook_id: int
    url: str
    salt: str
    secret_check: str


@dataclass(frozen=True, slots=True)
class Errand:
    """One delivery that is due. `attempts`: those that were begun. `to` None: its recipient is gone."""

    delivery_id: int
    attempts: int
    told: Told
    to: Mailbox | Hook | None


def pause_ms(attempts: int, chance: float) -> int:
    """How long to wait after that many attempts, doubling; `chance` from 0 to 1 spreads it over the upper half."""
    longest: int = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** max(0, attempts - 1))
    return longest // 2 + int(longest / 2 * chance)
