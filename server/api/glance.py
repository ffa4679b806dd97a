"""How is it answered what runs now, which every client asks all the time?

Before the web framework, which would take longer than the answer. Nothing is decided here: who asks, what they see and what is
new to them is looked at by the functions of the route. Whatever is unusual about a request, or goes wrong, is the route's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from server.api.events import PREFIX
from server.api.office import Office
from server.api.plain import length_of, reply
from server.api.proof import HEADER, Shown, bearer_token
from server.api.timers import STATUS, etag, seen
from server.api.wire import JSON, encode
from server.domain.messages import StatusReply

PATH: Final = f"{PREFIX}{STATUS}"
IF_NONE_MATCH: Final = b"if-none-match"
OF_A_BODY: Final = (b"content-length", b"transfer-encoding")
TYPE: Final = (b"content-type", JSON.encode())


@dataclass(frozen=True, slots=True)
class _Asked:
    """`known`: what the If-None-Match says."""

    authorization: bytes
    known: str | None


class Glance:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app = app
        self._office = office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"] == PATH and (asked := _asked(scope)) is not None:
            try:
                found = await self._office.read_for(
                    Shown(bearer_token(asked.authorization), is_browser=False),
                    lambda call: seen(call, asked.known),
                )
            except Exception:  # noqa: BLE001  # the route meets it too, and tells it
                await self._app(scope, receive, send)
            else:
                scope["path_template"] = PATH  # for the metrics
                await _answer(send, found)
        else:
            await self._app(scope, receive, send)


async def _answer(send: Send, found: StatusReply | str) -> None:
    if isinstance(found, str):
        await reply(send, 304, [_tag(found)], b"")
    else:
        body = encode(found)
        await reply(send, 200, [TYPE, _tag(found.revision), length_of(body)], body)


def _tag(revision: str) -> tuple[bytes, bytes]:
    return (b"etag", etag(revision).encode())


def _asked(scope: Any) -> _Asked | None:
    """None for all that the route has to look at: another method, a query, a body, a browser, a header twice."""
    if scope["method"] != "GET" or scope["query_string"] or scope.get("root_path"):
        return None
    said: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in (HEADER, IF_NONE_MATCH):
            if name in said:
                return None
            said[name] = value
        elif name in OF_A_BODY:
            return None
    if HEADER not in said:
        return None
    known = said.get(IF_NONE_MATCH)
    return _Asked(said[HEADER], None if known is None else known.decode("latin-1"))
