"""What stands in the file beside the outbox to which every recorded action is appended as well?

Text that any program can read when the database cannot be read any more. Lines in the order of recording. A line that is
not whole is left out; the others count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.store.disk import Disk
from app.store.entry import Entry, is_begun, is_whole, line, parse


@dataclass(frozen=True, slots=True)
class Content:
    """`lines`: the whole ones. `damaged`: how many are not. `size`: bytes up to the end of the last line that has one.

    `is_torn`: something stands behind that, as a crash in the middle of a line leaves it.
    """

    lines: tuple[bytes, ...] = ()
    damaged: int = 0
    size: int = 0
    is_torn: bool = False

    def entries(self) -> list[Entry]:
        return [parse(each) for each in self.lines]

    def first(self) -> Entry | None:
        return parse(self.lines[0]) if self.lines else None

    def last(self) -> Entry | None:
        return parse(self.lines[-1]) if self.lines else None

    def is_gapless(self) -> bool:
        """Whether its lines are all that one device recorded from its first to its last, as far as numbers can tell."""
        first, last = self.first(), self.last()
        if self.damaged or self.is_torn or first is None or last is None:
            return False
        return first.device_id == last.device_id and last.seq - first.seq + 1 == len(self.lines)


class SecondCopy:
    """The file at `path`. Errors: OSError."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path = path
        self._disk = disk

    def size(self) -> int:
        """In bytes; 0 when it is missing."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def read(self) -> Content:
        return content_of(self._disk.read(self.path))

    def append(self, entries: Iterable[Entry]) -> None:
        self._disk.append(self.path, b"".join(map(line, entries)))

    def cut(self, size: int) -> None:
        self._disk.cut(self.path, size)

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Exactly these stand in it now, or what stood in it before."""
        self._disk.put(self.path, b"".join(map(line, entries)))

    def keep(self, lines: Sequence[bytes]) -> None:
        """Only these lines of `read` stay."""
        self._disk.put(self.path, b"".join(each + b"\n" for each in lines))


def content_of(text: bytes) -> Content:
    *ended, rest = text.split(b"\n")
    whole = [each for each in ended if is_whole(each)]
    damaged = len(ended) - len(whole)
    if is_whole(rest):
        whole.append(rest)  # only the end of its line is missing
    elif not is_begun(rest):
        damaged += 1
    return Content(tuple(whole), damaged, len(text) - len(rest), bool(rest))
