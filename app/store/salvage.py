"""How does an outbox that cannot be trusted become one that can, without losing or doubling what was recorded?

What the damaged file gives up and what the second copy holds are put together by the ids of the actions, in their order,
into a new file. It is a new device that sends everything again: what the server has already, it knows by its id. The
damaged file gets another name and stays. A crash at any moment leaves the old file or the new one, or the way to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.core.actions import genesis, link
from app.core.fold import fold
from app.core.timer import IssueRef, Timer
from app.errors import OutboxCorrupt, OutboxUnwritable
from app.store import schema, timer_state
from app.store.aside import set_aside
from app.store.database import Database, Fault
from app.store.disk import Disk
from app.store.entry import Entry
from app.store.ledger import Ledger
from app.store.records import Salvaged
from app.store.second_copy import Content, SecondCopy
from app.store.wreck import ID, Wreck, explore

NOTE: Final = "note:"
IssueOf = Callable[[int], IssueRef | None]


def salvage(
    path: Path, reason: str, device_id: str, copy: SecondCopy, disk: Disk, fault: Fault, issue_of: IssueOf
) -> Salvaged:
    """A new outbox stands at `path`; nobody has it open. DiskFull, OutboxUnwritable: everything is as before."""
    try:
        wreck = explore(path) if path.exists() else Wreck()
        content = copy.read()
        entries = merged(wreck, content.entries())
        new = unfinished(path)
        _remove(new, disk)
        _build(new, entries, wreck, device_id, fault, issue_of, _parent(wreck, content))
        aside = set_aside(path, disk)
        disk.move(new, path)
    except OSError as error:
        raise OutboxUnwritable(path) from error
    return Salvaged(len(entries), aside, reason, may_miss=not _is_complete(wreck, content))


def finish(path: Path, disk: Disk, fault: Fault) -> None:
    """Take the last step of a salvage that a crash has ended before it. OutboxUnwritable; OutboxLocked while it goes on."""
    new = unfinished(path)
    try:
        if new.exists() and _is_built(new, fault) and not path.exists():
            disk.move(new, path)
        _remove(new, disk)
    except OSError as error:
        raise OutboxUnwritable(path) from error


def unfinished(path: Path) -> Path:
    """Where the new file is made."""
    return path.with_name(f"{path.name}.new")


def merged(wreck: Wreck, copied: Sequence[Entry]) -> list[Entry]:
    """Every action once, in the order of recording. Of two that say the same, the one that is proven counts."""
    # A device that gets a new name numbers its actions anew, all by the same step.
    copied = _in_numbers_of(wreck.proven, copied)
    known = {each.action_id: each for each in (*copied, *wreck.proven)}
    said = {each.digest() for each in known.values()}
    known |= {each.action_id: each for each in wreck.doubtful if each.digest() not in said}
    return sorted(known.values(), key=lambda each: (each.seq, each.at))


def _in_numbers_of(others: Sequence[Entry], copied: Sequence[Entry]) -> Sequence[Entry]:
    numbers = {each.action_id: each.seq for each in others}
    step = next((numbers[each.action_id] - each.seq for each in copied if each.action_id in numbers), 0)
    return [replace(each, seq=each.seq + step) for each in copied] if step else copied


def _is_complete(wreck: Wreck, content: Content) -> bool:
    """Whether either source alone can show that nothing is missing."""
    if wreck.is_whole:
        return True
    last = content.last()
    seen = [each.seq for each in (*wreck.proven, *wreck.doubtful)]
    if last is None or not content.is_gapless():
        return False
    return wreck.note("device_id") in {None, last.device_id} and last.seq >= max(seen, default=0)


def _parent(wreck: Wreck, content: Content) -> str | None:
    last = content.last()
    copied = None if last is None else last.device_id
    names = (wreck.note("parent_device_id"), wreck.note("device_id"), copied)
    return next((name for name in names if name is not None and ID.fullmatch(name)), None)


def _build(
    path: Path,
    entries: Sequence[Entry],
    wreck: Wreck,
    device_id: str,
    fault: Fault,
    issue_of: IssueOf,
    parent: str | None,
) -> None:
    """All of it in one commit."""
    with closing(Database(path, fault)) as database:
        database.make_durable()
        ledger = Ledger(database)
        with database.transaction():
            schema.create(database, device_id)
            for entry in _renumbered(entries, device_id):
                ledger.insert(entry)
            ledger.become(device_id, parent)
            ledger.put_timer(timer_of(entries, wreck, issue_of))
            for key, text in (wreck.meta or {}).items():
                if key.startswith(NOTE):
                    ledger.put(key, text)


def _renumbered(entries: Iterable[Entry], device_id: str) -> Iterable[Entry]:
    chain = genesis(device_id)
    for seq, entry in enumerate(entries, start=1):
        chain = link(chain, entry.action_id, entry.digest())
        yield replace(entry, device_id=device_id, seq=seq, chain=chain)


def timer_of(entries: Sequence[Entry], wreck: Wreck, issue_of: IssueOf) -> Timer | None:
    """The state that was kept, with what was recorded after it; from the actions alone if it cannot be read."""
    with suppress(*schema.UNREADABLE):
        text = wreck.note("timer")
        ids = [each.action_id for each in entries]
        after = wreck.note("timer_after") or (wreck.proven[-1].action_id if wreck.proven else "")
        if text is not None and (after in ids or not ids):
            since = ids.index(after) + 1 if ids else 0
            return fold(timer_state.read(text), entries[since:], issue_of, None)
    return fold(None, entries, issue_of, None)


def _is_built(path: Path, fault: Fault) -> bool:
    """Whether the transaction that makes the new file has ended."""
    with closing(Database(path, fault)) as database, suppress(OutboxCorrupt):
        version = schema.check_version(database, path)
        database.make_durable()
        return version != 0
    return False


def _remove(path: Path, disk: Disk) -> None:
    """A new file that was not finished, and its journal."""
    for each in (path.with_name(f"{path.name}-journal"), path):
        if each.exists():
            disk.remove(each)
