"""Is a request that arrives byte by byte ended, and nothing else?

On uvicorn's own connections, with a clock that is moved.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from server.api.arriving import BODY_WITHIN_S, HEAD_WITHIN_S, LOOK_EVERY_S, Arrivals

HEAD: Final = b"POST /one HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n"
GET: Final = b"GET /one HTTP/1.1\r\nhost: x\r\n\r\n"
TURNS: Final = 5
Story = Callable[["Lobby"], Awaitable[None]]


class Wire(asyncio.Transport):
    """What the other side gets."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.said += bytes(data)

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Lobby:
    """`answers`: whether the application does, after it has the whole body."""

    def __init__(self, kind: type[Any]) -> None:
        self._kind = kind
        self._state = ServerState()
        self._config = Config(
            self._app, interface="asgi3", lifespan="off", log_config=None, timeout_keep_alive=60
        )
        self._config.load()
        self._now = 0.0
        self.answers = asyncio.Event()
        self.answers.set()
        self.left: list[str] = []
        self.arrivals = Arrivals(self._state.connections, lambda: self._now)

    def come(self) -> tuple[Any, Wire]:
        line = self._kind(config=self._config, server_state=self._state, app_state={})
        wire = Wire()
        line.connection_made(wire)
        return line, wire

    async def hear(self, line: Any, said: bytes) -> None:
        line.data_received(said)
        await self.hear_nothing()

    async def hear_nothing(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def pass_time(self, seconds: float) -> None:
        """With a look every few seconds."""
        for _ in range(int(seconds / LOOK_EVERY_S)):
            self._now += LOOK_EVERY_S
            self.arrivals.look()

    async def _app(self, _scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        while message.get("more_body"):
            message = await receive()
        if message["type"] == "http.disconnect":
            self.left.append("disconnected")
            return
        await self.answers.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok", "more_body": False})


@pytest.fixture(params=[HttpToolsProtocol, H11Protocol])
def tell(request: pytest.FixtureRequest) -> Callable[[Story], None]:
    def told(story: Story) -> None:
        async def run() -> None:
            await story(Lobby(request.param))

        asyncio.run(run())

    return told


def test_a_body_that_drips_in_is_ended_and_told_so(tell: Callable[[Story], None]) -> None:
    async def story(lobby: Lobby) -> None:
        line, wire = lobby.come()
        await lobby.hear(line, HEAD)
        lobby.arrivals.look()
        for _ in range(2):
            await lobby.hear(line, b"x")
            lobby.pass_time(BODY_WITHIN_S / 2 - LOOK_EVERY_S)
        assert not wire.is_closing()
        lobby.pass_time(2 * LOOK_EVERY_S)
        assert wire.is_closing()
        head, _, body = wire.said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head
        assert json.loads(body)["code"] == "too_slow"
        line.connection_lost(None)
        await lobby.hear_nothing()
        assert lobby.left == ["disconnected"]

    tell(story)


def test_a_head_that_drips_in_or_never_comes_is_ended(tell: Callable[[Story], None]) -> None:
    async def story(lobby: Lobby) -> None:
        wires = []
        for said in (b"", HEAD[:20]):
            line, wire = lobby.come()
            wires.append(wire)
            if said:
                await lobby.hear(line, said)
        lobby.arrivals.look()
        lobby.pass_time(HEAD_WITHIN_S - LOOK_EVERY_S)
        assert not any(wire.is_closed for wire in wires)
        lobby.pass_time(LOOK_EVERY_S)
        assert [(wire.is_closed, wire.said) for wire in wires] == [(True, b"")] * 2

    tell(story)


def test_the_next_head_on_a_kept_line_has_as_long_as_the_first(tell: Callable[[Story], None]) -> None:
    async def story(lobby: Lobby) -> None:
        line, wire = lobby.come()
        await lobby.hear(line, GET)
        await lobby.hear(line, HEAD[:20])
        lobby.arrivals.look()
        lobby.pass_time(HEAD_WITHIN_S - LOOK_EVERY_S)
        assert not wire.is_closing()
        lobby.pass_time(LOOK_EVERY_S)
        assert wire.is_closing()

    tell(story)


def test_what_takes_long_to_answer_is_not_ended(tell: Callable[[Story], None]) -> None:
    """Such as a stream of events, or a report."""

    async def story(lobby: Lobby) -> None:
        lobby.answers.clear()
        lines = [lobby.come() for _ in range(2)]
        await lobby.hear(lines[0][0], HEAD + b"body")
        await lobby.hear(lines[1][0], GET)
        lobby.arrivals.look()
        lobby.pass_time(10 * HEAD_WITHIN_S)
        assert not any(wire.is_closed for _, wire in lines)
        lobby.answers.set()
        await lobby.hear_nothing()
        assert all(wire.said.startswith(b"HTTP/1.1 200 ") for _, wire in lines)

    tell(story)


def test_one_request_after_another_is_no_slow_one(tell: Callable[[Story], None]) -> None:
    """At each look one of them is on its way, and each time another one."""

    async def story(lobby: Lobby) -> None:
        line, wire = lobby.come()
        for _ in range(50):
            await lobby.hear(line, HEAD)
            lobby.pass_time(LOOK_EVERY_S)
            await lobby.hear(line, b"body")
            await lobby.hear(line, HEAD[:20])
            lobby.pass_time(LOOK_EVERY_S)
            await lobby.hear(line, HEAD[20:] + b"body")
        assert not wire.is_closing()
        assert wire.said.count(b"HTTP/1.1 200 ") == 100

    tell(story)


def test_a_kept_line_on_which_nothing_comes_is_left_to_its_own_clock(tell: Callable[[Story], None]) -> None:
    async def story(lobby: Lobby) -> None:
        line, wire = lobby.come()
        await lobby.hear(line, GET)
        lobby.pass_time(10 * HEAD_WITHIN_S)
        assert not wire.is_closing()
        line.connection_lost(None)

    tell(story)
