"""How does a test bring time about that somebody has to decide, and decide it?"""

from __future__ import annotations

from typing import Any

from server.domain.messages import (
    Attention,
    AttentionPage,
    Choice,
    Settle,
    SettleReply,
)
from server.services.time import attention, attention_settling
from tests.server.company import Person
from tests.server.device import Device

HOUR = 3600
X, Y = "BP-1", "BP-2"


def settle(person: Person, action_id: str, choice: str, **more: Any) -> SettleReply:
    said = Settle(choice=Choice(choice), **more)
    now_ms = person.company.clock.now_ms()
    return person.company.database.run(
        lambda conn: attention_settling.settle(conn, person.principal, action_id, said, now_ms)
    )


def listed(person: Person, cursor: str | None = None, limit: int = 50) -> AttentionPage:
    now_ms = person.company.clock.now_ms()
    return person.company.database.read(
        lambda conn: attention.page(conn, person.principal, cursor, limit, now_ms)
    )


def decide(device: Device, ref: str, choice: str, when: str = "17:00", **more: Any) -> None:
    device.record("attention.resolve", when, ref=ref, choice=choice, **more)


def deleted(a: Device, person: Person) -> Attention:
    """Two hours on an issue that is not there any more."""
    a.start(X, "9:00")
    a.stop("11:00")
    person.company.delete_issue(X)
    a.sync()
    [item] = person.attention()
    return item


def stopped_twice(a: Device, person: Person) -> Attention:
    """Half an hour that counts, and half an hour after it."""
    a.start(X, "9:00")
    a.sync()
    b = person.device()
    b.take_over(a)
    b.stop("9:30")
    b.sync()
    a.stop("10:00")
    a.sync()
    [item] = person.attention()
    return item


def too_long(a: Device, person: Person) -> Attention:
    person.company.clock.advance(hours=24)
    a.start(X, "9:00")
    a.stop("29:00")
    a.sync()
    [item] = person.attention()
    return item
