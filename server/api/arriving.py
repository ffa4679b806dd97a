"""How long may a request take to arrive?

Whoever sends one byte now and then would hold a connection, and whatever waits for the rest of the request, for ever. All connections
are looked at every few seconds, which costs less than a timer for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.api.problems import MEDIA_TYPE, problem_of
from server.api.refusals import TooSlow
from server.api.wire import encode

BODY_WITHIN_S: Final = 30.0  # as much as anybody may send at once, at a slow telephone's pace
HEAD_WITHIN_S: Final = (
    75.0  # as long as an answered connection is kept: a proxy's never ends sooner than it expects
)
LOOK_EVERY_S: Final = 5.0
LINES: Final = (H11Protocol, HttpToolsProtocol)


class Exchange(Protocol):
    """One request and its answer, as uvicorn keeps it."""

    more_body: bool
    response_started: bool
    response_complete: bool


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What is on its way since then. `after`: the exchange that it belongs to, or for a head the one before it."""

    after: Exchange | None
    is_body: bool
    since: float

    def is_same(self, other: _Arrival | None) -> bool:
        return other is not None and other.after is self.after and other.is_body is self.is_body


class Arrivals:
    """Used by one event loop. `lines`: all connections. `ticks`: seconds of a clock that never goes back."""

    def __init__(
        self,
        lines: Iterable[Any],
        ticks: Callable[[], float],
        body_within_s: float = BODY_WITHIN_S,
        head_within_s: float = HEAD_WITHIN_S,
    ) -> None:
        self._lines = lines
        self._ticks = ticks
        self._body_within_s = body_within_s
        self._head_within_s = head_within_s
        self._seen: dict[Any, _Arrival] = {}

    def look(self) -> None:
        """Ends what has been on its way for too long since it was seen first."""
        now = self._ticks()
        seen: dict[Any, _Arrival] = {}
        for line in list(self._lines):
            found = _arriving(line, now)
            if found is None:
                continue
            before = self._seen.get(line)
            arrival = before if before is not None and found.is_same(before) else found
            within_s = self._body_within_s if arrival.is_body else self._head_within_s
            if now - arrival.since >= within_s:
                _end(line, arrival)
            else:
                seen[line] = arrival
        self._seen = seen


def _arriving(line: Any, now: float) -> _Arrival | None:
    """None: nothing is, but what is being answered or may come after an answer; or it is no line of HTTP/1.1."""
    if not isinstance(line, LINES):
        return None
    exchange: Exchange | None = line.cycle
    if exchange is None:
        return _Arrival(None, is_body=False, since=now)
    if exchange.response_complete:
        is_quiet = line.timeout_keep_alive_task is not None
        return None if is_quiet else _Arrival(exchange, is_body=False, since=now)
    return _Arrival(exchange, is_body=True, since=now) if exchange.more_body else None


def _end(line: Any, arrival: _Arrival) -> None:
    if arrival.is_body and arrival.after is not None and not arrival.after.response_started:
        line.transport.write(_words())
    line.transport.close()


def _words() -> bytes:
    body = encode(problem_of(TooSlow("Nothing was changed. Send less at once, or try again later.")))
    head = (
        f"HTTP/1.1 408 Request Timeout\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + body
