"""How does a test keep a user's logs as a device does, from what each reply says of them?"""

from __future__ import annotations

import hashlib
from typing import Any

from server.domain.messages import OwnLog, OwnLogs
from tests.server.device import Device


class Shelf:
    """What a device keeps of its user's logs."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.cursor: str | None = None
        self.logs: dict[str, OwnLog] = {}
        self.digest = ""

    def ask(self, **changes: Any) -> OwnLogs:
        """One reply, taken over."""
        reply = self.device.push(self.device.request(**{"cursor": self.cursor, **changes}))
        assert reply.snapshot is not None
        found = reply.snapshot.logs
        assert found is not None
        if found.is_full:
            self.logs.clear()
        for each in found.changed:
            self.logs[each.timer_id] = each
        self.cursor = found.cursor
        self.digest = found.digest or self.digest
        return found

    def shown(self) -> dict[str, OwnLog]:
        return {timer_id: each for timer_id, each in self.logs.items() if not each.is_deleted}

    def own_digest(self) -> str:
        """As the description of the API says, written again."""
        lines = sorted(
            f"{each.timer_id}:{each.revision}:{each.seconds}:{each.issue_id}"
            for each in self.shown().values()
            if each.end is not None
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
