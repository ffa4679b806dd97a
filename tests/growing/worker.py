"""What does somebody do all day who works through the proxy, and what do they believe was done?

As our client does, they send again what got no answer, as it was; and they write down every answer that they did not
expect.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from server.domain.messages import SyncReply
from tests.growing.farm import LOCAL
from tests.server.daytime import spoken
from tests.server.device import Device

PREFIX: Final = "/api/v1/time-tracking"
TRIES: Final = 20
WAIT_S: Final = 30
BEFORE_S: Final = 20 * 86_400  # when those who work without the server began


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any


class Line:
    """A connection to the proxy, made anew when it breaks. `trouble`: what went wrong on it."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._line = http.client.HTTPConnection(LOCAL, port, timeout=WAIT_S)
        self.trouble: list[str] = []

    def ask(self, method: str, path: str, body: bytes | None = None, key: str | None = None) -> Reply:
        """Again and again until there is an answer; only for what can be repeated."""
        headers = self._headers | ({} if key is None else {"Idempotency-Key": key})
        for _ in range(TRIES):
            try:
                self._line.request(method, PREFIX + path, body, headers)
                answer = self._line.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException) as failure:
                self.trouble.append(f"{method} {path}: {failure!r}")
                self._line.close()
                continue
            if answer.status < 500:
                return Reply(answer.status, json.loads(said, parse_float=Decimal) if said else None)
            self.trouble.append(f"{method} {path}: {answer.status} {said[:200]!r}")
        raise AssertionError(f"no answer: {self.trouble}")

    def close(self) -> None:
        self._line.close()


@dataclass(slots=True)
class Books:
    """What somebody knows that they did: seconds and cost of each time log."""

    seconds: dict[int, int] = field(default_factory=dict)
    costs: dict[int, Decimal] = field(default_factory=dict)


class Worker(Protocol):
    books: Books
    line: Line

    def work(self) -> None:
        """One piece of work, from start to stop."""


class ByRequests:
    """Presses start, pause, resume and stop; each press has a key of its own."""

    def __init__(self, line: Line, issues: list[tuple[int, int]], rng: Random) -> None:
        """`issues` with their projects."""
        self.line = line
        self.books = Books()
        self._issues = issues
        self._rng = rng

    def work(self) -> None:
        issue_id, project_id = self._rng.choice(self._issues)
        started = self._press("start", {"issue_id": issue_id, "project_id": project_id})
        self._press("pause")
        assert self.line.ask("GET", "/status").body["status"] == "paused"
        self._press("resume")
        stopped = self._press("stop", {"description": f"Number {len(self.books.seconds)}"})
        log_id = stopped["time_log_id"]
        assert log_id == started["time_log_id"], (started, stopped)
        assert log_id not in self.books.seconds, "two pieces of work became one"
        self.books.seconds[log_id] = stopped["elapsed_seconds"]
        self.books.costs[log_id] = Decimal(stopped["cost"])

    def _press(self, action: str, body: object | None = None) -> Any:
        key = str(UUID(int=self._rng.getrandbits(128), version=4))
        reply = self.line.ask("POST", f"/{action}", None if body is None else json.dumps(body).encode(), key)
        assert reply.status == 200, (action, reply)
        return reply.body


class ByJournal:
    """Works without looking at the server, and sends the journal."""

    def __init__(self, line: Line, device: Device, keys: list[str], hourly: Decimal, rng: Random) -> None:
        self.line = line
        self.books = Books()
        self._device = device
        self._keys = keys
        self._hourly = hourly
        self._rng = rng
        self._now = device.company.clock.now_ms() // 1000 - BEFORE_S

    def work(self) -> None:
        """Some minutes long."""
        began = self._pass(minutes=2)
        self._device.start(self._rng.choice(self._keys), spoken(began))
        paused = self._pass(minutes=9)
        self._device.pause(spoken(paused))
        resumed = self._pass(minutes=3)
        self._device.resume(spoken(resumed))
        if self._rng.random() < 0.5:
            self._send()
        ended = self._pass(minutes=20)
        self._device.stop(spoken(ended), "From the journal")
        [*_, last] = self._send()
        seconds = paused - began + ended - resumed
        self.books.seconds[last.time_log_id] = seconds
        twice = 2 * seconds * int(self._hourly * 10_000)
        self.books.costs[last.time_log_id] = Decimal((twice + 3600) // 7200) / 10_000

    def _pass(self, minutes: int) -> int:
        self._now += self._rng.randrange(1, 60 * minutes)
        return self._now

    def _send(self) -> list[Any]:
        reply = self.line.ask("POST", "/sync", msgspec.json.encode(self._device.request()))
        assert reply.status == 200, reply
        understood = msgspec.convert(reply.body, SyncReply, strict=False)
        assert understood.code == "OK", understood
        outcomes = {result.outcome for result in understood.results}
        assert outcomes <= {"applied", "duplicate"}, understood.results
        self._device.acked = understood.last_seq
        assert understood.chain == self._device.chain_at(self._device.acked)
        return understood.results
