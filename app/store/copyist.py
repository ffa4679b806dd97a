"""Does the second copy hold all that the outbox holds?

Brought up to date after each commit. Whatever the disk says about it fails no recording: the database has the action, and
the next one brings the copy up to date.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from app.errors import AppError, OutboxCorrupt
from app.store.aside import set_aside
from app.store.disk import Disk
from app.store.entry import Entry
from app.store.ledger import Ledger
from app.store.second_copy import Content, SecondCopy

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """The last action in the copy, and how long the copy is with it."""

    device_id: str
    seq: int
    chain: str
    size: int


class Copyist:
    """Knows where the copy ends, as long as nothing went wrong."""

    def __init__(self, ledger: Ledger, copy: SecondCopy, disk: Disk) -> None:
        self._ledger = ledger
        self._copy = copy
        self._disk = disk
        self._end: End | None = None
        self._has_failed = False

    def catch_up(self, content: Content | None = None) -> None:
        """Everything recorded is in the copy, if the disk can take it. Raises nothing that the disk could say.

        `content`: what has just been read of the copy.
        """
        try:
            self._catch_up(content)
        except (AppError, OSError) as error:
            self._end = None
            if not self._has_failed:
                log.warning("the second copy %s is behind: %s", self._copy.path, error)
            self._has_failed = True
        else:
            self._has_failed = False

    def rotate(self, *, whatever_it_saves: bool = False) -> None:
        """What was removed from the outbox as old goes from the copy too, once that is at least half of it.

        The lines that stay are the copy's own: it is never made of a database that might have been damaged meanwhile.
        """
        try:
            content = self._copy.read()
            first = content.first()
            if first is None or not content.is_gapless() or first.device_id != self._ledger.need("device_id"):
                return
            old = self._ledger.floor().seq - first.seq + 1
            if 2 * old >= len(content.lines) or (whatever_it_saves and old > 0):
                self._end = None
                self._copy.keep(content.lines[old:])
        except (AppError, OSError) as error:
            log.info("the second copy %s stays as long as it is: %s", self._copy.path, error)

    def _catch_up(self, content: Content | None) -> None:
        end = self._end
        if end is None or self._copy.size() != end.size or end.device_id != self._ledger.need("device_id"):
            end = self._look(content or self._copy.read())
        new = self._ledger.entries(end.seq)
        if new:
            self._copy.append(new)
        self._end = End(
            end.device_id,
            new[-1].seq if new else end.seq,
            new[-1].chain if new else end.chain,
            self._copy.size(),
        )

    def _look(self, content: Content) -> End:
        """Where the copy ends, after it was made one that can be continued."""
        if content.is_torn and not content.damaged:
            self._copy.cut(content.size)
            content = self._copy.read()
        last = content.last()
        if last is not None and is_part_of(content, self._ledger):
            return _end(last, content.size)
        if lost(content, self._ledger):
            # It could not be read when the outbox was opened; the next time it can, the two are brought together.
            raise OutboxCorrupt(self._copy.path, "it has more than the outbox")
        if content.damaged:
            set_aside(self._copy.path, self._disk)
        entries = self._ledger.entries(0)
        if entries or content.lines:
            self._copy.rewrite(entries)
        if entries:
            return _end(entries[-1], self._copy.size())
        floor = self._ledger.floor()
        return End(self._ledger.need("device_id"), floor.seq, floor.chain, self._copy.size())


def is_part_of(content: Content, ledger: Ledger) -> bool:
    """Whether a copy that is whole tells the history of this outbox up to some action. The chain answers for all before."""
    last = content.last()
    if last is None or not content.is_gapless() or last.device_id != ledger.need("device_id"):
        return False
    return ledger.chain_at(last.seq) == last.chain


def lost(content: Content, ledger: Ledger) -> list[Entry]:
    """What stands in the copy and neither stands in the outbox nor was removed from it as old."""
    if not content.lines or is_part_of(content, ledger):
        return []
    known, floor, device_id = ledger.action_ids(), ledger.floor().seq, ledger.need("device_id")
    return [
        each
        for each in content.entries()
        if each.action_id not in known and not (each.device_id == device_id and each.seq <= floor)
    ]


def _end(last: Entry, size: int) -> End:
    return End(last.device_id, last.seq, last.chain, size)
