"""What happens to a request when more is asked than can be done?

One plain layer inside the envelope: it waits in its line, or is answered with 503 and when to come back, before anybody has looked
for whom it is, or read its body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from server.api.plain import length_of, reply
from server.api.problems import MEDIA_TYPE, headers_of, problem_of
from server.api.queues import RANKS, Kind, Queues, kind_of
from server.api.refusals import Busy
from server.api.wire import SYNC_LIMIT, encode
from server.live.lane import Lane

NO_BODY: Final = (b"", b"0")

Refused = Callable[[Kind], None]


class Shedding:
    """An ASGI application around another. `refused` is told of each request that was."""

    def __init__(self, app: ASGIApp, queues: Queues, refused: Refused) -> None:
        self._app = app
        self._queues = queues
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        kind = kind_of(scope)
        lane = self._queues.of(kind)
        if lane is None:
            await self._app(scope, receive, send)
            return
        rank = RANKS.get(kind, 0)
        if _has_body(scope):
            if not lane.has_room(rank):
                lane.note_refusal()
                await self._refuse(kind, lane, send)
                return
            receive = await _arrived(receive)
        if await lane.enter(rank):
            await self._go_on(lane, scope, receive, send)
        else:
            await self._refuse(kind, lane, send)

    async def _go_on(self, lane: Lane, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """The next one's turn is when the answer begins: whoever reads it slowly holds up nobody."""
        is_owed = True

        async def send_on(message: Message) -> None:
            nonlocal is_owed
            if is_owed:
                is_owed = False
                lane.leave()
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        finally:
            if is_owed:
                lane.leave()

    async def _refuse(self, kind: Kind, lane: Lane, send: Send) -> None:
        self._refused(kind)
        busy = Busy(
            "Nothing was looked at or changed. Try again a little later.", retry_after_s=lane.pause_s()
        )
        body = encode(problem_of(busy))
        headers = [(name.lower().encode(), value.encode()) for name, value in headers_of(busy).items()]
        await reply(
            send, busy.status, [(b"content-type", MEDIA_TYPE.encode()), *headers, length_of(body)], body
        )


def _has_body(scope: HTTPScope) -> bool:
    said = dict(scope["headers"])
    return said.get(b"content-length", b"") not in NO_BODY or b"transfer-encoding" in said


async def _arrived(receive: Receive) -> Receive:
    """When all of the body is here, or more than is ever taken: whoever sends it slowly holds up nobody."""
    messages: list[HTTPReceiveMessage] = []
    size, more = 0, True
    while more and size <= SYNC_LIMIT:
        message = await receive()
        messages.append(message)  # type: ignore[arg-type]  # an HTTP request gets no other
        more = message["type"] == "http.request" and message.get("more_body", False)
        size += len(message.get("body", b"")) if message["type"] == "http.request" else 0

    async def replayed() -> HTTPReceiveMessage:
        return messages.pop(0) if messages else await receive()  # type: ignore[return-value]

    return replayed
