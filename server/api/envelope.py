"""What is around every request: its id, its line in the log, and the headers of safety?

One plain layer around the whole application, so that what no route answers has them too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.typing import FilteringBoundLogger

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
ID_HEADER: Final = b"x-request-id"
SAFE: Final = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
PATH_LIMIT: Final = 200

Observe = Callable[[str, str, int, float], None]


class Envelope:
    """An ASGI application around another. `ticks` in seconds. `observe` gets method, route, status and seconds of each request."""

    def __init__(
        self, app: ASGIApp, log: FilteringBoundLogger, ticks: Callable[[], float], observe: Observe
    ) -> None:
        self._app = app
        self._log = log
        self._ticks = ticks
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        began = self._ticks()
        request_id = _request_id(scope["headers"])
        clear_contextvars()
        bind_contextvars(request_id=request_id.decode())
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *SAFE, (ID_HEADER, request_id)]
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        finally:
            took_s = self._ticks() - began
            self._observe(scope["method"], scope.get("path_template", ""), status, took_s)
            self._log.info(
                "Request",
                method=scope["method"],
                path=scope["path"][:PATH_LIMIT],
                status=status,
                duration_ms=round(took_s * 1000, 1),
            )


def _request_id(headers: Any) -> bytes:
    """The caller's, if it is a harmless one."""
    for name, value in headers:
        if name == ID_HEADER and REQUEST_ID.fullmatch(value):
            return bytes(value)
    return secrets.token_hex(8).encode()
