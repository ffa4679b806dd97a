"""How is a request that is sent twice done once?

What is done and the answer to a repeat are one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from litestar.params import HeaderParameter

from server.api.office import Ask, Call, office_of
from server.api.wire import encode
from server.services import idempotency

T = TypeVar("T")
KEY_LIMIT: Final = 200
POST: Final = "POST"

Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=KEY_LIMIT,
        pattern=r"^[!-~]([ -~]*[!-~])?$",
        description="1 to 200 printable characters. A repeat with the same key gets the first answer and changes nothing.",
    ),
]


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """`reply` None: answered before, and `body` is that first answer, byte for byte."""

    body: bytes
    reply: T | None
    user_id: int


async def act(
    request: Ask, key: str | None, data: Any, work: Callable[[Call], T], status: int = 200
) -> Done[T]:
    """`data`: what was asked, for which this key stands from now on. KeyReused, and what `work` refuses."""
    method, path = request.scope["method"], request.scope["path"]
    asked = path if method == POST else f"{method} {path}"
    digest = hashlib.sha256(asked.encode() + b"\n" + encode(data)).hexdigest()

    def once(call: Call) -> Done[T]:
        user_id = call.principal.user_id
        if key is None:
            reply = work(call)
            return Done(encode(reply), reply, user_id)
        before = idempotency.recall(call.conn, user_id, key, digest)
        if before is not None:
            return Done(before.body, None, user_id)
        reply = work(call)
        body = encode(reply)
        idempotency.remember(call.conn, user_id, key, digest, status, body, call.now_ms)
        return Done(body, reply, user_id)

    return await office_of(request).write(request, once)
