"""How do connections come in?

uvloop takes one new connection in each turn of its loop. When many come while each turn does much, they would wait in the system,
where nobody sees them and nobody is refused: so all that are there are taken in each turn.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Final

import uvicorn

from server.api.arriving import LOOK_EVERY_S, Arrivals
from server.api.queues import loop_time
from server.live.bus import Bus

if sys.platform != "win32":
    import resource

AT_ONCE: Final = 1024
FILES: Final = 65_536
PAUSE_S: Final = 1.0  # when the system has no more to give, such as files
TICKS_A_SECOND: Final = 10  # of uvicorn

Protocol = Callable[[], asyncio.BaseProtocol]


class Server(uvicorn.Server):
    """Ends the streams of events before it waits for its requests: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, bus: Bus) -> None:
        super().__init__(config)
        self._bus = bus
        self._doors: list[Door] = []
        self._arrivals = Arrivals(self.server_state.connections, loop_time)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        take_many_files()
        await super().startup(sockets=sockets)
        if sys.platform != "win32":  # there the loop takes all by itself, and knows no readers
            self._doors = [Door(each.dup(), self._protocol) for each in sockets or []]
            for door in self._doors:
                door.open()

    async def on_tick(self, counter: int) -> bool:
        if counter % (LOOK_EVERY_S * TICKS_A_SECOND) == 0:
            self._arrivals.look()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for door in self._doors:
            door.close()
        self._bus.close()
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.BaseProtocol:
        made: asyncio.BaseProtocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return made


def take_many_files() -> None:
    """A connection is one, and most systems begin with a thousand for each program, which may ask for more."""
    if sys.platform != "win32":  # it has no such limit
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Door:
    """Lets in all who knock at `listener`, which it closes at the end. Used by one event loop.

    `pause_s`: how long it rests when the system gives no more.
    """

    def __init__(self, listener: socket.socket, protocol: Protocol, pause_s: float = PAUSE_S) -> None:
        self._listener = listener
        self._listener.setblocking(False)
        self._protocol = protocol
        self._pause_s = pause_s
        self._greetings: set[asyncio.Task[None]] = set()
        self._again: asyncio.TimerHandle | None = None

    def open(self) -> None:
        asyncio.get_running_loop().add_reader(self._listener, self._let_in)

    def close(self) -> None:
        if self._again is not None:
            self._again.cancel()
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()

    def _let_in(self) -> None:
        for _ in range(AT_ONCE):
            try:
                guest, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # it would say so in every turn
                self._rest()
                return
            greeting = asyncio.get_running_loop().create_task(self._greet(guest))
            self._greetings.add(greeting)
            greeting.add_done_callback(self._greetings.discard)

    def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._again = loop.call_later(self._pause_s, self.open)

    async def _greet(self, guest: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, guest)
        except OSError:  # gone already
            guest.close()
