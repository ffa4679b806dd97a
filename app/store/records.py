"""What does the outbox hand out, and what does it take in?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.core.actions import Recorded
from app.errors import FileTrouble, OutboxSalvaged, OutboxSalvagedInPart


class Outcome(StrEnum):
    """What the server made of an action."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The device's history up to action `seq` has the hash `chain`; `seq` 0 is before the first."""

    seq: int
    chain: str


@dataclass(frozen=True, slots=True)
class UpTo:
    """The device's actions up to one of them. Its number `seq` is another one after a new name of the device, its id is not.

    `action_id` None: up to none, or to one that was removed as old already.
    """

    seq: int = 0
    action_id: str | None = None


NONE_YET: Final = UpTo()


@dataclass(frozen=True, slots=True)
class Batch:
    """What to send next. `parent_device_id`: the name this device had before, until the server confirmed the new one."""

    device_id: str
    parent_device_id: str | None
    base: ChainHead
    actions: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """The server's word on one action; for `duplicate`, `of` is the first outcome, `code` and `detail` are its own.

    With an `action_id` the word counts only for that action, whatever its number is now.
    """

    seq: int
    outcome: str
    of: str | None = None
    code: str | None = None
    detail: str | None = None
    action_id: str | None = None

    @property
    def final(self) -> str:
        """The outcome that counts: a duplicate's is its first one."""
        return self.of or Outcome.APPLIED if self.outcome == Outcome.DUPLICATE else self.outcome


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """An action that the server has not confirmed. `at`: epoch seconds when it happened."""

    seq: int
    action_id: str
    kind: str
    at: int
    timer_id: str
    issue_id: int | None


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """An action that the server holds or rejected, until somebody settles it."""

    action_id: str
    kind: str
    at: int
    timer_id: str
    issue_id: int | None
    outcome: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class LifeSign:
    """The last second `at` at which the app was seen running with claim `claim_id` open."""

    claim_id: str
    at: int


@dataclass(frozen=True, slots=True)
class Salvaged:
    """An outbox was made anew from what could still be read.

    `saved`: how many actions are in it. `aside`: where the file is that could not be used; None when it was missing.
    `reason`: what was wrong with it, for a log. `may_miss`: nobody can show that nothing is missing.
    """

    saved: int
    aside: Path | None
    reason: str
    may_miss: bool

    def trouble(self, path: Path) -> FileTrouble:
        """What a person has to know of it. `path`: where the outbox is."""
        kept = self.aside or path
        return OutboxSalvagedInPart(path, kept, self.saved) if self.may_miss else OutboxSalvaged(path, kept)
