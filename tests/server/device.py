"""How does a test speak to the journal as a device does?

It numbers and chains what happens on it, keeps what it sent, and believes what the server confirmed.
"""

from __future__ import annotations

import copy
import hashlib
import json
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from server.db.session import Connection
from server.domain.messages import (
    Action,
    Beat,
    ChainHead,
    ClockReading,
    Result,
    SyncCode,
    SyncReply,
    SyncRequest,
)
from server.domain.principal import Principal
from server.services.time import journal
from tests.server.daytime import at

if TYPE_CHECKING:
    from tests.server.company import Company

_numbers: Final = count(1)
BOOT: Final = "boot"
BOOTED: Final = at("0:00") - 40 * 24 * 3600


def new_id() -> str:
    return f"00000000-0000-7000-8000-{next(_numbers):012d}"


def head_of(device_id: str) -> str:
    return hashlib.sha256(b"genesis" + device_id.encode()).hexdigest()


def extend(chain: str, action_id: str, kind: str, body: dict[str, Any], v: int = 1) -> str:
    """The rule of the chain, written again from its description."""
    said = {"body": body, "kind": kind, "v": v}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).digest()
    return hashlib.sha256(bytes.fromhex(chain) + action_id.encode() + digest).hexdigest()


class Device:
    """`actions` is all that was ever recorded on it, `acked` how many of them the server confirmed."""

    def __init__(self, company: Company, principal: Principal, device_id: str) -> None:
        self.company = company
        self.principal = principal
        self.device_id = device_id
        self.parent_device_id: str | None = None
        self.actions: list[Action] = []
        self.acked = 0
        self.timer_id: str | None = None
        self.claim_id: str | None = None

    # ---- what its user does; `when` is a time of the day

    def start(self, key: str, when: str) -> None:
        """Stops what runs or is paused, at the same instant."""
        if self.timer_id is not None:
            self.stop(when, cause="switch")
        self.timer_id, self.claim_id = new_id(), new_id()
        issue_id = self.company.issues.get(key, 999_999)
        self.record("timer.start", when, timer_id=self.timer_id, claim_id=self.claim_id, issue_id=issue_id)

    def pause(self, when: str) -> None:
        self.record("timer.pause", when, timer_id=self.timer_id, claim_id=self.claim_id, cause="user")
        self.claim_id = None

    def resume(self, when: str) -> None:
        self.claim_id = new_id()
        self.record("timer.resume", when, timer_id=self.timer_id, claim_id=self.claim_id)

    def stop(self, when: str, description: str | None = None, cause: str = "user") -> None:
        said: dict[str, Any] = {} if description is None else {"description": description}
        self.record("timer.stop", when, timer_id=self.timer_id, claim_id=self.claim_id, cause=cause, **said)
        self.timer_id = self.claim_id = None

    def take_over(self, other: Device) -> None:
        """Sees the other device's timer in the snapshot."""
        self.timer_id, self.claim_id = other.timer_id, other.claim_id

    def record(
        self, kind: str, when: str, *, action_id: str | None = None, v: int = 1, **said: Any
    ) -> Action:
        body = {**said, "t": self.instant(at(when))}
        return self.record_body(kind, body, action_id=action_id, v=v)

    def instant(self, second: int) -> dict[str, Any]:
        """What its clocks say at this second."""
        return instant(second)

    def reading(self) -> ClockReading:
        """What its clocks say now."""
        now = self.company.clock.now_ms() // 1000
        return ClockReading(session=BOOT, mono_ms=1000 * (now - BOOTED), wall=now, tz="UTC")

    def record_body(
        self, kind: str, body: dict[str, Any], *, action_id: str | None = None, v: int = 1
    ) -> Action:
        action_id = action_id or new_id()
        chain = extend(self.chain_at(len(self.actions)), action_id, kind, body, v)
        action = Action(
            seq=len(self.actions) + 1, action_id=action_id, v=v, kind=kind, chain=chain, body=body
        )
        self.actions.append(action)
        return action

    # ---- what it sends

    def chain_at(self, seq: int) -> str:
        return self.actions[seq - 1].chain if seq else head_of(self.device_id)

    def request(self, **changes: Any) -> SyncRequest:
        fields: dict[str, Any] = {
            "protocol": 1,
            "nonce": "nonce-of-a-test",
            "device_id": self.device_id,
            "parent_device_id": self.parent_device_id,
            "now": self.reading(),
            "base": ChainHead(seq=self.acked, chain=self.chain_at(self.acked)),
            "actions": self.actions[self.acked : self.acked + 200],
            "device_name": "test",
        }
        return SyncRequest(**{**fields, **changes})

    def push(self, request: SyncRequest) -> SyncReply:
        return self.company.database.run(lambda conn: self.push_in(conn, request))

    def push_in(self, conn: Connection, request: SyncRequest) -> SyncReply:
        now_ms = self.company.clock.now_ms()
        return journal.push(conn, self.principal, request, self.company.server, now_ms)

    def sync(self) -> list[Result]:
        """Sends all that is waiting, and notes that it is confirmed."""
        results: list[Result] = []
        while True:
            reply = self.push(self.request())
            assert reply.code is SyncCode.OK, reply
            assert reply.last_seq > self.acked or not self.actions[self.acked :], reply
            results += reply.results
            self.acked = reply.last_seq
            assert reply.chain == self.chain_at(self.acked)
            if self.acked == len(self.actions):
                return results

    def sync_and_lose_the_reply(self) -> SyncReply:
        return self.push(self.request())

    def beat(self) -> SyncReply:
        now = self.company.clock.now_ms() // 1000
        return self.push(self.request(beat=Beat(claim_id=self.claim_id or "", wall=now)))

    # ---- what can happen to its file

    def copied(self) -> Device:
        """Another machine with a copy of this profile."""
        return copy.copy(self)._with_own_list()

    def _with_own_list(self) -> Device:
        self.actions = list(self.actions)
        return self

    def become_new_device(self) -> None:
        """What the client does on FORK: a new name, new numbers, the same actions."""
        self.parent_device_id, self.device_id = self.device_id, new_id().replace("-7000-", "-4000-")
        old, self.actions, self.acked = self.actions, [], 0
        for action in old:
            self.record_body(action.kind, action.body, action_id=action.action_id, v=action.v)


def instant(wall: int) -> dict[str, Any]:
    """As a machine says it that runs since BOOTED and never sleeps."""
    mono_s = max(0, wall - BOOTED)
    session = BOOT if mono_s else ""
    return {
        "wall": wall,
        "session": session,
        "mono_s": mono_s,
        "awake_s": mono_s,
        "tz": "UTC",
        "off_ms": None,
    }
