"""What did the user do, as facts that travel?

An action is written to the outbox before anything else happens and never changes afterwards. Its body is plain JSON
without floats; `body_hash` and `chain` are the server's rules too (see ARCHITECTURE.md, "The chain").
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

BODY_VERSION: Final = 1
DESCRIPTION_LIMIT: Final = 10_000


class Kind(StrEnum):
    START = "timer.start"
    PAUSE = "timer.pause"
    RESUME = "timer.resume"
    STOP = "timer.stop"
    ADD = "log.add"
    EDIT = "log.edit"
    VOID = "log.void"
    RESOLVE = "attention.resolve"


class Cause(StrEnum):
    USER = "user"
    SWITCH = "switch"
    SUPERSEDED = "superseded"
    SLEEP = "sleep"
    CRASH_RECOVERED = "crash_recovered"


@dataclass(frozen=True, slots=True)
class Draft:
    """An action before the outbox gives it a number. `at` is epoch seconds, the instant it happened."""

    action_id: str
    kind: Kind
    at: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An action that is safe on disk."""

    seq: int
    action_id: str
    v: int
    kind: str
    body: dict[str, Any]
    chain: str


def canonical(value: object) -> bytes:
    """Bytes that both sides hash: sorted keys, no spaces, UTF-8, no floats (ValueError, as for lone surrogates)."""
    _refuse_floats(value)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def body_hash(v: int, kind: str, body: dict[str, Any]) -> bytes:
    """Identity of what was said; leaves out device and number, so that it survives a re-keyed device."""
    return hashlib.sha256(canonical({"v": v, "kind": kind, "body": body})).digest()


def genesis(device_id: str) -> str:
    return hashlib.sha256(b"genesis" + device_id.encode()).hexdigest()


def link(previous: str, action_id: str, digest: bytes) -> str:
    """The chain after one more action; `previous` is the hex chain before it."""
    return hashlib.sha256(bytes.fromhex(previous) + action_id.encode() + digest).hexdigest()


def _refuse_floats(value: object) -> None:
    match value:
        case float():
            raise ValueError("an action's body has no floats")
        case dict():
            for item in value.values():
                _refuse_floats(item)
        case list():
            for item in value:
                _refuse_floats(item)
        case _:
            pass
