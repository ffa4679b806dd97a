"""What may stand on a disk after the power failed in the middle of these operations?

What was synced stands there. Of everything else each part may, in any choice: a disk writes in its own order, and of
the last write only some sectors. A name is as durable as its folder, not as its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from random import Random
from typing import Final

from tests.power.recording import (
    Make,
    Move,
    Operation,
    Recording,
    Remove,
    Resize,
    Said,
    Sync,
    SyncFolder,
    Write,
)

SECTOR: Final = 512


class Luck(Enum):
    """Of what was not synced: nothing, everything, any part, and any part with torn writes."""

    NOTHING = auto()
    EVERYTHING = auto()
    ANY = auto()
    TORN = auto()


@dataclass
class _File:
    content: bytearray = field(default_factory=bytearray)
    pending: list[Write | Resize] = field(default_factory=list)

    def sync(self) -> None:
        for each in self.pending:
            _apply(self.content, each)
        self.pending.clear()


@dataclass
class Disk:
    """The state after some operations."""

    files: dict[int, _File] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    pending: list[Make | Move | Remove] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def take(self, operation: Operation) -> None:
        match operation:
            case Write() | Resize():
                self.files[operation.file].pending.append(operation)
            case Sync(file):
                self.files[file].sync()
            case SyncFolder():
                self.names = _named(self.names, self.pending)
                self.pending.clear()
            case Make(_, file):
                self.files[file] = _File()
                self.pending.append(operation)
            case Move() | Remove():
                self.pending.append(operation)
            case Said(line):
                self.said.append(line)

    def fail(self, folder: Path, random: Random) -> None:
        """What may be left, into this empty folder."""
        luck = random.choice(list(Luck))
        kept = [each for each in self.pending if _is_kept(luck, random)]
        for name, number in _named(self.names, kept).items():
            (folder / name).write_bytes(_left(self.files[number], luck, random))


def after(recording: Recording, count: int) -> Disk:
    contents = enumerate(recording.before.values())
    disk = Disk(
        {number: _File(bytearray(content)) for number, content in contents},
        {name: number for number, name in enumerate(recording.before)},
    )
    for each in recording.operations[:count]:
        disk.take(each)
    return disk


def _named(names: dict[str, int], changes: Sequence[Make | Move | Remove]) -> dict[str, int]:
    found = dict(names)
    for each in changes:
        match each:
            case Make(name, file):
                found[name] = file
            case Remove(name):
                found.pop(name, None)
            case Move(old, new):
                if old in found:
                    found[new] = found.pop(old)
    return found


def _is_kept(luck: Luck, random: Random) -> bool:
    if luck in {Luck.NOTHING, Luck.EVERYTHING}:
        return luck is Luck.EVERYTHING
    return random.random() < 0.5  # as likely as not


def _left(file: _File, luck: Luck, random: Random) -> bytes:
    content = bytearray(file.content)
    for each in file.pending:
        if not _is_kept(luck, random):
            continue
        if luck is Luck.TORN and isinstance(each, Write):
            for part in _sectors(each):
                if _is_kept(luck, random):
                    _apply(content, part)
        else:
            _apply(content, each)
    return bytes(content)


def _sectors(write: Write) -> list[Write]:
    parts, start = [], 0
    while start < len(write.content):
        end = start + SECTOR - (write.at + start) % SECTOR
        parts.append(Write(write.file, write.at + start, write.content[start:end]))
        start = end
    return parts


def _apply(content: bytearray, change: Write | Resize) -> None:
    if isinstance(change, Resize):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(change.content)] = change.content
