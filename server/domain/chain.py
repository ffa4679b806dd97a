"""Is a device's history the one that the server has?

Each action extends a hash over all the device's actions before it. The rules are the app's too (ARCHITECTURE.md, "The
chain"): canonical JSON of what was said, without device and number, so that an action keeps its identity when a copied
profile becomes a new device.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8. ValueError for floats, lone surrogates and what nests too deep."""
    try:
        _refuse_floats(value)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except RecursionError as failure:
        raise ValueError("an action's body is not that deep") from failure
    return text.encode()


def body_hash(v: int, kind: str, body: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical({"v": v, "kind": kind, "body": body})).digest()


def genesis(device_id: str) -> str:
    """The chain before the first action."""
    return hashlib.sha256(b"genesis" + device_id.encode()).hexdigest()


def link(previous: str, action_id: str, digest: bytes) -> str:
    """The chain after one more action; `previous` is the chain before it."""
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
