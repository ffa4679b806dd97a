"""What is one recorded action outside of the database, as a line of the second copy or among what a damaged file gave up?

A line is JSON that begins with the CRC-32 of what follows, so a line is told whole from torn without reading JSON:
`{"crc":"89abcdef","action":{…}}`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.core.actions import BODY_VERSION, Draft, Recorded, body_hash, link
from app.store.records import ChainHead

BEGIN: Final = b'{"crc":"'
MIDDLE: Final = b'","action":'
END: Final = b"}"
CRC_AT: Final = slice(len(BEGIN), len(BEGIN) + 8)
MIDDLE_AT: Final = slice(CRC_AT.stop, CRC_AT.stop + len(MIDDLE))
ACTION_AT: Final = slice(MIDDLE_AT.stop, -len(END))


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` and `chain` as its device numbered it then; `at`: epoch seconds."""

    device_id: str
    seq: int
    chain: str
    action_id: str
    v: int
    kind: str
    body: dict[str, Any]
    at: int
    issue_id: int | None

    @property
    def timer_id(self) -> str:
        """Empty for a decision, which names what it settles."""
        return str(self.body.get("timer_id", ""))

    def digest(self) -> bytes:
        return body_hash(self.v, self.kind, self.body)

    def recorded(self) -> Recorded:
        return Recorded(self.seq, self.action_id, self.v, self.kind, self.body, self.chain)


def chained(
    device_id: str, head: ChainHead, drafts: Iterable[Draft], issues: Mapping[str, int]
) -> list[Entry]:
    """The next actions of a device after `head`. `issues`: by timer, for drafts that name only that."""
    entries = []
    for draft in drafts:
        kind, body = str(draft.kind), draft.body
        issue_id = body.get("issue_id", issues.get(body.get("timer_id", "")))
        chain = link(head.chain, draft.action_id, body_hash(BODY_VERSION, kind, body))
        head = ChainHead(head.seq + 1, chain)
        entries.append(
            Entry(device_id, head.seq, chain, draft.action_id, BODY_VERSION, kind, body, draft.at, issue_id)
        )
    return entries


def text_digest(v: int, kind: str, text: str) -> bytes:
    """`body_hash` of a body as it stands in the outbox. TypeError, AttributeError for what is no number or no text.

    The text is canonical already: ten thousand of them are looked at when the outbox is opened, and reading each took longer
    than everything else.
    """
    if not isinstance(v, int):
        raise TypeError(f"{v!r} is no whole number")
    name = json.dumps(kind, ensure_ascii=False)
    return hashlib.sha256(f'{{"body":{text},"kind":{name},"v":{v}}}'.encode()).digest()


def line(entry: Entry) -> bytes:
    """With its end."""
    fields = {name: getattr(entry, name) for name in Entry.__slots__}
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
    return BEGIN + _crc(text) + MIDDLE + text + END + b"\n"


def is_whole(text: bytes) -> bool:
    """Whether a line without its end is as it was written."""
    action = memoryview(text)[ACTION_AT]  # thousands of lines are looked at when the outbox is opened
    return (
        text.startswith(BEGIN)
        and text[CRC_AT] == _crc(action)
        and text[MIDDLE_AT] == MIDDLE
        and text.endswith(END)
    )


def is_begun(text: bytes) -> bool:
    """Whether it may be a line whose end was never written; a power cut leaves zeros in its place on some disks."""
    text = text.rstrip(b"\0")
    return text[: len(BEGIN)] == BEGIN[: len(text)]


def parse(text: bytes) -> Entry:
    """Of a line that is whole."""
    fields = json.loads(text[ACTION_AT])
    return Entry(**{name: fields[name] for name in Entry.__slots__})


def _crc(text: bytes | memoryview) -> bytes:
    return b"%08x" % zlib.crc32(text)
