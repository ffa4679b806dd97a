"""How is a request answered before the web framework has seen it?"""

from __future__ import annotations

from collections.abc import Iterable

from litestar.types import Send

Headers = Iterable[tuple[bytes, bytes]]


async def reply(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def length_of(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % len(body))
