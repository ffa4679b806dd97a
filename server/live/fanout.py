"""How do the other instances hear what happened here, and we what happened there?

By Redis' pub/sub, which forgets what nobody hears. So whoever was cut off says so when they are back, and everybody reads again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from typing import Any, Final

import msgspec
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from server.domain.events import AlertRaised, BudgetMoved, Event, RatesChanged, TimeChanged
from server.live.shared import Away, Shared

WAITING: Final = 1000
AT_ONCE: Final = 100
PAUSE_S: Final = 1.0
LISTEN_S: Final = 5.0
KINDS: Final = {kind.__name__: kind for kind in (TimeChanged, BudgetMoved, AlertRaised, RatesChanged)}


class Said(msgspec.Struct):
    """`is_whole` False: the sender may have had more to say than came."""

    sender: str
    is_whole: bool
    events: list[tuple[str, list[Any]]]


class Fanout:
    """`name`: of this process only. `hear` gets the others' events; `lost` is called when some may be missing."""

    def __init__(
        self,
        shared: Shared,
        name: str,
        hear: Callable[[list[Event]], None],
        lost: Callable[[], None],
    ) -> None:
        self._shared = shared
        self._channel = shared.name("events")
        self._name = name
        self._hear = hear
        self._lost = lost
        self._waiting: list[Event] = []
        self._is_whole = True
        self._some = asyncio.Event()

    def send(self, events: tuple[Event, ...]) -> None:
        """Soon; nobody waits for it."""
        self._waiting += events
        if len(self._waiting) > WAITING:
            self._waiting.clear()
            self._is_whole = False
        self._some.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._speak())
            group.create_task(self._listen())

    async def _speak(self) -> None:
        while True:
            await self._some.wait()
            events, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            said = msgspec.json.encode(_said(self._name, events, is_whole=self._is_whole))
            try:
                await self._shared.ask(lambda redis, said=said: redis.publish(self._channel, said))  # type: ignore[misc]
            except Away:
                self._is_whole = False
                await asyncio.sleep(PAUSE_S)
                continue  # it says at least that something is missing, as soon as it can
            self._is_whole = True
            if not self._waiting:
                self._some.clear()

    async def _listen(self) -> None:
        is_first = True
        while True:
            heard = self._shared.client.pubsub()
            with suppress(RedisError, OSError, TimeoutError, Away):
                await self._shared.ask(lambda _, heard=heard: heard.subscribe(self._channel))  # type: ignore[misc]
                if not is_first:
                    self._lost()
                await self._hear_all(heard)
            is_first = False
            with suppress(RedisError, OSError, TimeoutError):
                await heard.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(PAUSE_S)

    async def _hear_all(self, heard: PubSub) -> None:
        """Until the connection has died, also without a word."""
        is_silent = False
        while True:
            message = await heard.get_message(ignore_subscribe_messages=True, timeout=LISTEN_S)
            if message is not None:
                is_silent = False
                if message["type"] == "message":
                    self._understand(message["data"])
            elif is_silent:
                return
            else:
                is_silent = True
                await heard.ping()

    def _understand(self, data: bytes) -> None:
        said = msgspec.json.decode(data, type=Said)
        if said.sender == self._name:
            return
        if not said.is_whole:
            self._lost()
        self._hear([KINDS[kind](*values) for kind, values in said.events if kind in KINDS])


def _said(sender: str, events: list[Event], *, is_whole: bool) -> Said:
    return Said(sender, is_whole, [(type(event).__name__, list(astuple(event))) for event in events])
