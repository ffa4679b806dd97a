"""How does a test listen to a stream of events without a network?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

import httpx

from server import bootstrap
from server.db.address import open_database
from server.domain.events import Event
from server.live.bus import Bus
from server.services.staff import accounts
from server.settings import LogLevel
from tests.server.api.front import PREFIX
from tests.server.company import Company, Person

T = TypeVar("T")

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it came."""

    name: str
    said: Any
    place: str | None


class House:
    """A company's server in an event loop of its own."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.bus = Bus("house")
        self.out = BytesIO()
        self._database = open_database(company.url)
        self.app = bootstrap.build(
            self._database,
            company.server,
            company.clock,
            bootstrap.open_log(LogLevel.INFO, self.out),
            lambda: 0.0,
            bus=self.bus,
        )
        self._runner = asyncio.Runner()
        self._streams: list[Stream] = []

    def close(self) -> None:
        for stream in self._streams:
            stream.leave()
        self.do(self._database.close())
        self._runner.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def token(self, person: Person, device: str = "1") -> str:
        now_ms = self.company.clock.now_ms()
        token, _ = self.company.database.run(
            lambda conn: accounts.issue_token(conn, person.principal.user_id, "test", device, now_ms)
        )
        return token

    def ask(self, token: str, method: str, path: str, body: Any = None) -> httpx.Response:
        async def request() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)  # type: ignore[arg-type]  # two libraries' words for ASGI
            async with httpx.AsyncClient(transport=transport, base_url="http://hourkeep.test") as client:
                return await client.request(
                    method, PREFIX + path, json=body, headers={"Authorization": f"Bearer {token}"}
                )

        return self.do(request())

    def listen(self, token: str, after: str | None = None) -> Stream:
        stream = Stream(self, token, after)
        self._streams.append(stream)
        self.do(stream.begin())
        return stream

    def listen_at_once(self, token: str, count: int) -> list[Stream]:
        streams = [Stream(self, token, None) for _ in range(count)]
        self._streams += streams

        async def begin() -> None:
            await asyncio.gather(*(stream.begin() for stream in streams))

        self.do(begin())
        return streams

    def publish(self, *events: Event) -> None:
        async def publish() -> None:
            self.bus.publish(events)

        self.do(publish())


class Stream:
    """What one listener hears."""

    def __init__(self, house: House, token: str, after: str | None) -> None:
        self._house = house
        self._headers = [(b"authorization", f"Bearer {token}".encode())]
        if after is not None:
            self._headers.append((b"last-event-id", after.encode()))
        self._came: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._text = ""
        self._task: asyncio.Task[None] | None = None
        self.status = 0
        self.headers: dict[str, str] = {}

    async def begin(self) -> None:
        """Until the head of the answer is there."""
        self._task = self._open()
        head = await self._next()
        self.status = head["status"]
        self.headers = {name.decode(): value.decode() for name, value in head["headers"]}

    def says_something(self) -> bool:
        """Or ends at once."""
        return bool(self._house.do(self._next())["body"])

    def event(self) -> Told:
        """The next one; comments are passed over."""
        while True:
            block = self._block()
            lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if "event" in lines:
                return Told(lines["event"], json.loads(lines["data"]), lines.get("id"))

    def names(self, count: int) -> list[str]:
        return [self.event().name for _ in range(count)]

    def has_ended(self) -> bool:
        """Waits for it."""
        while True:
            message = self._house.do(self._next())
            if not message.get("more_body"):
                return True

    def leave(self) -> None:
        async def leave() -> None:
            self._gone.set()
            if self._task is not None:
                await self._task

        self._house.do(leave())

    def _block(self) -> str:
        while "\n\n" not in self._text:
            message = self._house.do(self._next())
            assert message.get("more_body"), "the stream has ended"
            self._text += message["body"].decode()
        block, self._text = self._text.split("\n\n", 1)
        return block

    def _open(self) -> asyncio.Task[None]:
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"{PREFIX}/events",
            "raw_path": f"{PREFIX}/events".encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": self._headers,
            "client": ("203.0.113.7", 50000),
            "server": ("hourkeep.test", 80),
        }
        return asyncio.create_task(self._house.app(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self._came.put_nowait(message)

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return await self._came.get()
