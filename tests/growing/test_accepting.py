"""Do all who knock come in at once, whatever else the server does in that turn?"""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from server.api.accepting import FILES, Door, take_many_files

MANY = 50
TURNS = 10
SOON_S = 0.01


class Guests:
    """Who came in. The connections are opened before the loop has a turn: the system holds them until then."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=MANY)
        self.outside: list[socket.socket] = []
        self.inside: list[asyncio.BaseTransport] = []
        self.somebody = asyncio.Event()

    def knock(self, count: int) -> None:
        address = self.listener.getsockname()
        self.outside += [socket.create_connection(address) for _ in range(count)]

    def protocol(self) -> asyncio.Protocol:
        guests = self

        class Guest(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                guests.inside.append(transport)
                guests.somebody.set()

        return Guest()

    async def come(self, count: int) -> None:
        """In a few turns at most."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert len(self.inside) == count

    def leave(self) -> None:
        for each in self.inside:
            each.close()
        for guest in (*self.outside, self.listener):
            guest.close()


def at_the_door(story: Callable[[Guests], Awaitable[None]], run: Callable[..., None]) -> None:
    async def told() -> None:
        guests = Guests()
        try:
            await story(guests)
        finally:
            guests.leave()
            await asyncio.sleep(0)

    run(told())


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_all_who_knock_come_in_at_once(run: Callable[..., None]) -> None:
    async def story(guests: Guests) -> None:
        door = Door(guests.listener.dup(), guests.protocol)
        door.open()
        for count in (MANY, 1):
            guests.knock(count)
            await guests.come(len(guests.outside))
        door.close()

    at_the_door(story, run)


def test_a_closed_door_lets_nobody_in() -> None:
    async def story(guests: Guests) -> None:
        door = Door(guests.listener.dup(), guests.protocol)
        door.open()
        door.close()
        guests.knock(1)
        await guests.come(0)

    at_the_door(story, asyncio.run)


class Full(socket.socket):
    """The system has no more files to give, for a while."""

    refusals = 0
    left = 1

    def accept(self) -> tuple[socket.socket, object]:
        if self.left:
            self.left -= 1
            self.refusals += 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def full(listener: socket.socket) -> Full:
    return Full(listener.family, listener.type, listener.proto, listener.dup().detach())


def test_where_the_system_has_no_more_to_give_it_is_asked_again_later() -> None:
    """And not in every turn."""

    async def story(guests: Guests) -> None:
        listener = full(guests.listener)
        door = Door(listener, guests.protocol, SOON_S)
        door.open()
        guests.knock(2)
        await guests.come(0)
        assert listener.refusals == 1
        async with asyncio.timeout(10):
            await guests.somebody.wait()
        await guests.come(2)
        door.close()

    at_the_door(story, asyncio.run)


def test_a_door_that_rests_can_be_closed() -> None:
    async def story(guests: Guests) -> None:
        listener = full(guests.listener)
        listener.left = TURNS
        door = Door(listener, guests.protocol, SOON_S)
        door.open()
        guests.knock(1)
        await guests.come(0)
        door.close()
        assert door._again is not None
        assert door._again.cancelled()

    at_the_door(story, asyncio.run)


def test_a_server_takes_as_many_files_as_the_system_gives() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
        take_many_files()
        now, still = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert now == min(hard, FILES) > 1024
        assert still == hard
        take_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (now, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
