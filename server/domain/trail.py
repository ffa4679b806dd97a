"""What does an entry of the audit trail say, and how does it hang on the one before?

`chain = sha256(chain before ‖ canonical entry)`, in hexadecimal; the first hangs on 64 zeros. Whoever changes, removes or
inserts an entry breaks every chain that follows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

FIRST_CHAIN: Final = "0" * 64

Facts = dict[str, Any]  # plain JSON: texts, whole numbers, truth values, lists; amounts as text


@dataclass(frozen=True, slots=True)
class Entry:
    """`actor_user_id` None: the server itself. `before` None: it was made; `after` None: it was removed.

    `action`: such as `rate.set`; `subject_type` and `subject_id`: what was changed; `project_id`: whose manager may read it.
    """

    actor_user_id: int | None
    action: str
    subject_type: str
    subject_id: str
    before: Facts | None
    after: Facts | None
    project_id: int | None = None


def link(before: str, seq: int, at_ms: int, entry: Entry) -> str:
    """The chain after this entry."""
    said = [
        seq,
        at_ms,
        entry.actor_user_id,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.project_id,
        written(entry.before),
        written(entry.after),
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def written(facts: Facts | None) -> str | None:
    """As it is stored: keys in order, so that the same facts are the same text."""
    return (
        None
        if facts is None
        else json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    )
