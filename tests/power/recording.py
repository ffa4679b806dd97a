"""Which operations on files did a program do, in which order?

Recorded by strace: what the program and its libraries asked of the system, not what they meant to ask.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEXT_LIMIT: Final = 10_000_000
STDOUT: Final = 1
CALL: Final = re.compile(r"^(\w+)\((.*)\) += (-?\d+)")
THREAD: Final = re.compile(r"^(\d+) +(.*)$")
UNFINISHED: Final = re.compile(r"^(.*?)\s*<unfinished \.\.\.>$")
RESUMED: Final = re.compile(r"^<\.\.\. \w+ resumed>(.*)$")
REBUILT: Final = "-shm"  # SQLite makes this file anew after each loss
STRING: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
SEEN: Final = (
    "open,openat,creat,close,dup,dup2,dup3,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,"
    "sendfile,copy_file_range,mmap"
)


@dataclass(frozen=True, slots=True)
class Write:
    """Into the file that was made as number `file`."""

    file: int
    at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Resize:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: int


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """All names in the folder are durable."""


@dataclass(frozen=True, slots=True)
class Make:
    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Move:
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Remove:
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line on standard output."""

    line: str


Operation = Write | Resize | Sync | SyncFolder | Make | Move | Remove | Said


@dataclass
class _Open:
    """`file` None: the folder itself, or nothing of it."""

    file: int | None = None
    is_folder: bool = False
    at: int = 0
    appends: bool = False


class Unknown(Exception):
    """The program did something that this recording cannot tell of."""


@dataclass(frozen=True, slots=True)
class Recording:
    """`before`: the files that stood there, whole and durable; they have the first numbers."""

    before: dict[str, bytes]
    operations: list[Operation]


def record(module: str, folder: Path, arguments: Sequence[str], trace: Path) -> Recording:
    """Runs `python -m module arguments`. No folder is made within `folder`. Unknown."""
    before = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    watched = ["strace", "-f", "-xx", "-s", str(TEXT_LIMIT), "-e", f"trace={SEEN}", "-o", str(trace), "--"]
    subprocess.run(
        [*watched, sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.DEVNULL
    )
    return Recording(before, list(_Reader(folder, before).operations(trace.read_text())))


def _whole(trace: str) -> Iterator[str]:
    """The calls, each where it ended: of several threads one may wait in a call while another does one."""
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        found = THREAD.match(line)
        if found is None:
            continue
        thread, call = found.groups()
        waits, ends = UNFINISHED.match(call), RESUMED.match(call)
        if waits is not None:
            begun[thread] = waits[1]
        elif ends is not None:
            yield begun.pop(thread) + ends[1]
        else:
            yield call


class _Reader:
    def __init__(self, folder: Path, before: dict[str, bytes]) -> None:
        self._folder = folder
        self._open: dict[int, _Open] = {}
        self._names = {name: number for number, name in enumerate(before)}
        self._sizes = [len(content) for content in before.values()]

    def operations(self, trace: str) -> Iterator[Operation]:
        for line in _whole(trace):
            found = CALL.match(line)
            if found is None or int(found[3]) < 0:
                continue
            strings = [bytes.fromhex(each[0].replace("\\x", "")) for each in STRING.findall(found[2])]
            rest = STRING.sub("", found[2]).split(", ")
            yield from self._read(found[1], strings, rest, int(found[3]))

    def _read(self, call: str, strings: list[bytes], rest: list[str], result: int) -> Iterator[Operation]:
        if call in {"open", "openat", "creat"}:
            yield from self._opened(Path(strings[0].decode()), rest, result)
        elif call in {"rename", "renameat", "renameat2"}:
            yield from self._moved(*(Path(each.decode()) for each in strings))
        elif call in {"unlink", "unlinkat"}:
            yield from self._removed(Path(strings[0].decode()))
        elif strings and call not in {"write", "pwrite64"}:
            if any(Path(each.decode()).parent == self._folder for each in strings):
                raise Unknown(call)
        else:
            yield from self._used(call, strings, rest, result)

    def _opened(self, path: Path, rest: list[str], number: int) -> Iterator[Operation]:
        self._open[number] = _Open(is_folder=path == self._folder)
        if path.parent != self._folder or path.name.endswith(REBUILT):
            return
        flags = " ".join(rest)
        if path.name not in self._names:
            self._names[path.name] = len(self._sizes)
            self._sizes.append(0)
            yield Make(path.name, self._names[path.name])
        file = self._names[path.name]
        self._open[number] = _Open(file, appends="O_APPEND" in flags)
        if "O_TRUNC" in flags:
            yield self._resized(file, 0)

    def _moved(self, old: Path, new: Path) -> Iterator[Operation]:
        if {old.parent, new.parent} == {self._folder}:
            self._names[new.name] = self._names.pop(old.name)
            yield Move(old.name, new.name)
        elif self._folder in {old.parent, new.parent}:
            raise Unknown("a file moved in or out")

    def _removed(self, path: Path) -> Iterator[Operation]:
        if path.parent == self._folder and not path.name.endswith(REBUILT):
            del self._names[path.name]
            yield Remove(path.name)

    def _used(self, call: str, strings: list[bytes], rest: list[str], result: int) -> Iterator[Operation]:
        number = int(rest[0]) if rest[0].strip().isdigit() else -1
        if call == "write" and number == STDOUT:
            yield from (Said(line) for line in strings[0].decode().splitlines())
        if call == "mmap":
            self._mapped(rest)
            return
        known = self._open.get(number)
        if known is None:
            return
        if call == "close":
            del self._open[number]
        elif known.is_folder and call in {"fsync", "fdatasync"}:
            yield SyncFolder()
        elif known.file is not None:
            yield from self._changed(call, known, known.file, strings, rest, result)

    def _changed(
        self, call: str, known: _Open, file: int, strings: list[bytes], rest: list[str], result: int
    ) -> Iterator[Operation]:
        match call:
            case "fsync" | "fdatasync":
                yield Sync(file)
            case "lseek":
                known.at = result
            case "write":
                at = self._sizes[file] if known.appends else known.at
                known.at = at + result
                yield self._written(file, at, strings[0][:result])
            case "pwrite64":
                yield self._written(file, int(rest[-1]), strings[0][:result])
            case "ftruncate":
                yield self._resized(file, int(rest[-1]))
            case _:
                raise Unknown(call)

    def _mapped(self, rest: list[str]) -> None:
        is_shared = "MAP_SHARED" in rest[3] and "PROT_WRITE" in rest[2]
        known = self._open.get(int(rest[4]))
        if is_shared and known is not None and known.file is not None:
            raise Unknown("mmap")

    def _written(self, file: int, at: int, content: bytes) -> Operation:
        self._sizes[file] = max(self._sizes[file], at + len(content))
        return Write(file, at, content)

    def _resized(self, file: int, size: int) -> Operation:
        self._sizes[file] = size
        return Resize(file, size)
