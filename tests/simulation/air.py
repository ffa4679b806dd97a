"""What can happen to a request on its way to the server, and to the answer on its way back?

In place of the app's transport: the bytes are those of the wire, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec

from app.api.problems import TimedOut, TlsFailed, Unreachable
from app.api.transport import Call, Reply
from server.api import wire
from server.domain.errors import Refusal
from server.domain.messages import SyncCode, SyncRequest
from server.domain.principal import Principal
from tests.simulation.office import Office, ServerDied

JSON: Final = {"Content-Type": "application/json"}
PROBLEM: Final = {"Content-Type": "application/problem+json"}
PAGE: Final = b"<html><body>Welcome to the hotel</body></html>"
UNPACKED: Final = 256 * 1024
SAME_S: Final = 60  # further apart are clocks only when somebody set one


class Fault(StrEnum):
    """LATE: it arrives when the device has given up. TWICE: it arrives again later. CRASH: the server dies in the middle."""

    NONE = "none"
    UNSENT = "unsent"
    LOST = "lost"
    LATE = "late"
    TWICE = "twice"
    CRASH = "crash"
    CUT = "cut"
    STALE = "stale"
    PORTAL = "portal"
    REDIRECT = "redirect"
    BUSY = "busy"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    UPGRADE = "upgrade"
    TLS = "tls"


class Weather:
    """What hangs in the air between all devices and their server."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.strays: list[tuple[Principal, bytes]] = []
        self.met: set[tuple[int, str]] = set()
        self.catalogue: dict[tuple[int, str], bytes] = {}

    def land(self, number: int) -> None:
        """A request arrives for which nobody waits any more."""
        principal, body = self.strays.pop(number)
        self.serve(principal, body)

    def clear(self) -> None:
        """Before time passes. What first shows the server a clock is on time, or it would be wrong by the delay (sync.md 2.9).

        So is what comes from a machine whose wall clock was set: only that tells a late request from a halted machine.
        """
        for principal, body in self.strays[:]:
            request = wire.understand(body, SyncRequest)
            if not request.actions:
                self.strays.remove((principal, body))
            elif (principal.user_id, request.now.session) not in self.met or self._is_set(request):
                self.strays.remove((principal, body))
                with suppress(Unreachable):
                    self.serve(principal, body)

    def _is_set(self, request: SyncRequest) -> bool:
        return abs(request.now.wall - self.office.now) > SAME_S

    def serve(self, principal: Principal, body: bytes) -> Reply:
        try:
            request = wire.understand(body, SyncRequest)
            reply = self.office.push(principal, request)
            if reply.code is SyncCode.OK:
                self.met.add((principal.user_id, request.now.session))
            return Reply(200, JSON, wire.encode(reply))
        except ServerDied:
            raise Unreachable("The connection broke.") from None
        except Refusal as refusal:
            return _problem(refusal.status, refusal.code)

    def listed(self, principal: Principal, what: str) -> Reply:
        key = (principal.user_id, what)
        if key not in self.catalogue:
            self.catalogue[key] = wire.encode(self.office.catalogue(principal, what))
        return Reply(200, JSON, self.catalogue[key])


@dataclass
class Air:
    """Around one device. `fault` befalls its next request to sync; `is_portal`: somebody else answers everything."""

    weather: Weather
    principal: Principal
    token_ok: Callable[[str | None], bool]
    fault: Fault = Fault.NONE
    crash_at: int = 0
    is_portal: bool = False
    before: Reply | None = field(default=None)

    def send(self, call: Call) -> Reply:
        if self.is_portal:
            return Reply(200, {"Content-Type": "text/html"}, PAGE)
        if call.path == "/healthz":
            return Reply(200, JSON, self._health())
        if not self.token_ok(call.token):
            return _problem(401, "not_signed_in")
        if not call.path.endswith("/sync"):
            return self.weather.listed(
                self.principal, "projects" if call.path.endswith("projects") else "issues"
            )
        body = call.body or b""
        if call.headers.get("Content-Encoding") == "gzip":
            body = wire.inflate(body, UNPACKED)
        fault, self.fault = self.fault, Fault.NONE
        return self._sync(fault, body)

    def close(self) -> None:
        """There is no connection."""

    def _sync(self, fault: Fault, body: bytes) -> Reply:  # noqa: C901, PLR0911, PLR0912  # one line a fault
        match fault:
            case Fault.UNSENT:
                raise Unreachable("No network.")
            case Fault.TLS:
                raise TlsFailed("The certificate has ended.")
            case Fault.LATE:
                self.weather.strays.append((self.principal, body))
                raise TimedOut("No answer.")
            case Fault.PORTAL:
                return Reply(200, {"Content-Type": "text/html"}, PAGE)
            case Fault.REDIRECT:
                return Reply(302, {"Location": "http://hotel.example/login"}, b"")
            case Fault.BUSY:
                return Reply(503, {"Retry-After": "7"}, b"")
            case Fault.FAILED:
                return Reply(500, {}, b"oops")
            case Fault.TOO_LARGE:
                return Reply(413, {}, b"")
            case Fault.UPGRADE:
                return Reply(426, {}, b"")
            case Fault.UNAUTHORISED:
                return _problem(401, "not_signed_in")
            case Fault.FORBIDDEN:
                return _problem(403, "forbidden")
            case Fault.CRASH:
                self.weather.office.crash_in = self.crash_at
                return self.weather.serve(self.principal, body)
            case _:
                return self._served(fault, body)

    def _served(self, fault: Fault, body: bytes) -> Reply:
        reply = self.weather.serve(self.principal, body)
        before, self.before = self.before, reply
        match fault:
            case Fault.LOST:
                raise TimedOut("The answer was lost.")
            case Fault.CUT:
                return Reply(reply.status, reply.headers, reply.body[: len(reply.body) // 2])
            case Fault.STALE if before is not None:
                return before
            case Fault.TWICE:
                self.weather.strays.append((self.principal, body))
        return reply

    def _health(self) -> bytes:
        server = self.weather.office.server
        said = {
            "product": "hourkeep",
            "server_id": server.server_id,
            "name": server.name,
            "version": "1",
            "protocol": 1,
        }
        return msgspec.json.encode(said)


def _problem(status: int, code: str) -> Reply:
    said: Mapping[str, object] = {"status": status, "code": code, "title": code, "detail": "", "errors": []}
    return Reply(status, PROBLEM, msgspec.json.encode(said))
