"""How many requests does a server answer in a time, and how long does each take?

A program of its own, so that the asking takes no time from what else is measured: reads a Plan as JSON from standard input and
writes Figures to standard output. HTTP/1.1 by hand over kept connections, to this machine only, bounded in time and count.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Final, cast

import msgspec
import uvloop

from tests.bench.rows import percentile

LONGEST_S: Final = 60
MOST_REQUESTS: Final = 2_000_000
WARMING_S: Final = 1.0
END_OF_HEAD: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
WRONG_WORDS: Final = 300


class Plan(msgspec.Struct, frozen=True):
    """`connections`: what each sends, over and over, one request at a time. `status`: every other answer is an error.

    `is_once`: each sends one request, all at the same instant, and all of them count.
    """

    port: int
    seconds: float
    status: int
    connections: list[list[str]]
    is_once: bool = False


class Figures(msgspec.Struct, frozen=True):
    """Without the first second, unless each asked once. Times in milliseconds. `wrong`: the beginning of an answer that was an error."""

    requests: int
    seconds: float
    errors: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    wrong: str = ""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class _Tally:
    def __init__(self, counts_from: float) -> None:
        self.counts_from = counts_from
        self.taken: list[float] = []
        self.errors = 0
        self.asked = 0
        self.wrong = b""

    def fail(self, why: bytes) -> None:
        self.errors += 1
        self.wrong = self.wrong or why


class _Connection(asyncio.Protocol):
    def __init__(self, requests: list[bytes], plan: Plan, tally: _Tally, ends: float) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._good = b"HTTP/1.1 %d " % plan.status
        self._tally = tally
        self._is_once = plan.is_once
        self._ends = ends
        self._turn = 0
        self._is_done = False
        self._came = b""
        self._sent_at = 0.0
        self._write: Callable[[bytes], None] = _nowhere
        self._close: Callable[[], None] = _nothing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        both_ways = cast(asyncio.Transport, transport)
        self._write, self._close = both_ways.write, both_ways.close

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, body = self._came.partition(END_OF_HEAD)
        if found and len(body) >= _length(head):
            self._answered(head, body)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or (perf_counter() < self._ends and not self._is_done):
            self._tally.fail(b"the server hung up")
        if not self.closed.done():
            self.closed.set_result(None)

    def ask(self) -> None:
        request = self._requests[self._turn % len(self._requests)]
        self._turn += 1
        self._tally.asked += 1
        self._came = b""
        self._sent_at = perf_counter()
        self._write(request)

    def _answered(self, head: bytes, body: bytes) -> None:
        now = perf_counter()
        if not head.startswith(self._good):
            self._tally.fail(head.partition(b"\r\n")[0] + b" " + body[:WRONG_WORDS])
        if self._sent_at >= self._tally.counts_from:
            self._tally.taken.append((now - self._sent_at) * 1000)
        if not self._is_once and now < self._ends and self._tally.asked < MOST_REQUESTS:
            self.ask()
        else:
            self._is_done = True
            self._close()


def _nowhere(_data: bytes) -> None:
    raise AssertionError("not connected")


def _nothing() -> None:
    return


def _length(head: bytes) -> int:
    """Of the body; an answer without a length has none."""
    _, found, rest = head.lower().partition(LENGTH)
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def ask(plan: Plan) -> Figures:
    began = perf_counter()
    ends = began + min(plan.seconds, LONGEST_S) + WARMING_S
    tally = _Tally(began if plan.is_once else began + WARMING_S)
    loop = asyncio.get_running_loop()
    opened = []
    for requests in plan.connections:
        sent = [each.encode() for each in requests]
        make = partial(_Connection, sent, plan, tally, ends)
        _, connection = await loop.create_connection(make, "127.0.0.1", plan.port)
        opened.append(connection)
    for each in opened:
        each.ask()
    await asyncio.wait_for(asyncio.gather(*(each.closed for each in opened)), ends - began + 30)
    taken = tally.taken
    return Figures(
        requests=len(taken),
        seconds=perf_counter() - tally.counts_from,
        errors=tally.errors,
        p50_ms=percentile(taken, 50),
        p99_ms=percentile(taken, 99),
        worst_ms=max(taken),
        wrong=tally.wrong.decode(errors="replace"),
    )


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(ask(plan))))


if __name__ == "__main__":
    main()
