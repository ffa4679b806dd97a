"""What does the audit trail look like on the wire?"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class AuditEntry(Struct):
    """`actor_user_id` null: the server itself. `before` null: it was made; `after` null: it was removed.

    `chain` hangs on the entry before: `hourkeep-server audit verify` compares all of them.
    """

    seq: int
    at: int
    actor_user_id: int | None
    action: str
    subject_type: str
    subject_id: str
    project_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    chain: str


class AuditPage(Struct):
    items: list[AuditEntry]
    next: str | None
