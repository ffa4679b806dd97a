"""What can still be read in a damaged outbox, and how far can it be believed?

Reads only, action by action, so that a damaged page costs the actions on it and no others. The chain shows which of them
are as they were recorded: a changed letter in an action's id would make another action of it, and that would be sent as well.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.core.actions import link
from app.store import meta
from app.store.database import PRIMARY_CODE, Row
from app.store.entry import Entry
from app.store.schema import UNREADABLE

SEARCHED: Final = 20_000
"""Behind a damaged page the next readable action is looked for among so many numbers."""

HASH: Final = re.compile(r"[0-9a-f]{64}")
ONE_PAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR})
"""What SQLite says of a page that it cannot use, where others may be whole."""

ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER: Final = re.compile(r"[0-9]{1,15}")
ROW: Final = (
    "SELECT seq, chain, action_id, v, kind, body, at, issue_id, body_hash FROM action"
    " WHERE seq > ? ORDER BY seq LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Wreck:
    """`proven`: as they were recorded. `doubtful`: their bodies are, but their ids may have been changed.

    `meta`: what could be read of it. `is_whole`: every action from the first to the last was read and is proven.
    """

    proven: tuple[Entry, ...] = ()
    doubtful: tuple[Entry, ...] = ()
    meta: dict[str, str] | None = None
    is_whole: bool = False

    def note(self, key: str) -> str | None:
        return None if self.meta is None else self.meta.get(key)


NO_ANSWER: Final = (sqlite3.Error, UnicodeDecodeError)
"""Even the words in which SQLite says what is wrong may be damaged."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An action as it stands there. `digest`: of its body as it was recorded, if that can be read."""

    entry: Entry
    digest: str

    @property
    def fits(self) -> bool:
        """Whether the body is the one that was recorded."""
        return self.entry.digest().hex() == self.digest


class Reader:
    """`has_failed`: something could not be read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.has_failed = False

    def meta(self) -> dict[str, str] | None:
        """What stands there as it was written; of an older version all of it."""
        with suppress(*NO_ANSWER):
            return meta.whole(self._connection.execute(meta.ROWS).fetchall())
        with suppress(*NO_ANSWER):
            return {str(k): str(v) for k, v in self._connection.execute(meta.UNSEALED)}
        return None

    def sightings(self, device_id: str, floor: int) -> Iterator[Sighting]:
        """Whatever looks like an action, by number."""
        for row in self._rows(floor):
            try:
                yield _sighting(row, device_id)
            except UNREADABLE:
                self.has_failed = True

    def _rows(self, floor: int) -> Iterator[Row]:
        seq = found = floor
        while seq - found <= SEARCHED:
            try:
                row = self._connection.execute(ROW, (seq,)).fetchone()
            except NO_ANSWER as error:
                self.has_failed = True
                if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE not in ONE_PAGE:
                    return
                seq += 1
                continue
            if row is None:
                return
            # A damaged number leads back to what was read before, or far behind others that are whole.
            if row[0] <= seq or (found > floor and row[0] - seq > SEARCHED):
                self.has_failed = True
                seq += 1
                continue
            yield row
            seq = found = row[0]


def explore(path: Path) -> Wreck:
    """What is in the file at `path`, which may be anything and stays as it is."""
    # Its journal was played back, as far as it could be, when the file was tried before this.
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return Wreck()
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    with closing(connection):
        reader = Reader(connection)
        values = reader.meta()
        known = values or {}
        floor, floor_chain = known.get("floor_seq", ""), known.get("floor_chain", "")
        start = int(floor) if NUMBER.fullmatch(floor) else 0
        sightings = list(reader.sightings(known.get("device_id", ""), start))
    proven = _proven(sightings, start, floor_chain)
    doubtful = [each.entry for each in sightings if each.fits and each.entry.seq not in proven]
    return Wreck(
        proven=tuple(each.entry for each in sightings if each.entry.seq in proven),
        doubtful=tuple(doubtful),
        meta=values,
        is_whole=values is not None and not reader.has_failed and len(proven) == _span(sightings, start),
    )


def _span(sightings: Sequence[Sighting], floor: int) -> int:
    """How many actions there were up to the last one that was seen."""
    return sightings[-1].entry.seq - floor if sightings else 0


def _sighting(row: Row, device_id: str) -> Sighting:
    seq, chain, action_id, v, kind, text, at, issue_id, digest = row
    body = json.loads(text)
    if not (isinstance(body, dict) and isinstance(v, int) and isinstance(kind, str)):
        raise TypeError("no action")
    if not (HASH.fullmatch(digest) and HASH.fullmatch(chain) and ID.fullmatch(action_id)):
        raise ValueError("no action")
    # These two are for people, and nothing vouches for them.
    at, issue_id = _number(at) or 0, _number(issue_id)
    sighting = Sighting(Entry(device_id, seq, chain, action_id, v, kind, body, at, issue_id), digest)
    sighting.entry.digest()  # ValueError for what no action can say
    return sighting


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _proven(sightings: Sequence[Sighting], floor: int, floor_chain: str) -> frozenset[int]:
    """The numbers of those that the chain vouches for, with the bodies that were recorded.

    A damaged chain of one action does not take the next one with it: what the chain should have been is reckoned on.
    """
    proven: set[int] = set()
    reckoned: list[Sighting] = []  # fit, and wait for the next one to vouch for them
    stands, run, last = floor_chain, floor_chain, floor
    for each in sightings:
        entry = each.entry
        if entry.seq != last + 1:
            stands = run = ""
            reckoned = []
        follows = _link(run, each) if run else ""
        if entry.chain == follows:
            proven.update(seen.entry.seq for seen in (*reckoned, each) if seen.fits)
            reckoned, follows = [], entry.chain
        elif stands and entry.chain == _link(stands, each):
            proven.update([entry.seq] if each.fits else [])
            reckoned, follows = [], entry.chain
        else:
            reckoned.append(each)
        stands, run, last = entry.chain, follows, entry.seq
    return frozenset(proven)


def _link(chain: str, sighting: Sighting) -> str:
    if not HASH.fullmatch(chain):
        return ""
    return link(chain, sighting.entry.action_id, bytes.fromhex(sighting.digest))
