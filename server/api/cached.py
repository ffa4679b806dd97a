"""How is a reply answered from what was read before?

Who asks and what they may see is looked at in the database each time; only what they get then can come from the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from server.api.office import Ask, Call, office_of
from server.api.wire import encode
from server.live.cache import Cache, Fresh

T = TypeVar("T", bound=msgspec.Struct)

RATES_LAST_S: Final = 3600  # the seed's, as the next one
BUDGETS_LAST_S: Final = 1800


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """`key`: makes sure of the rights first, and names all on which the reply depends beside `topic`."""

    form: type[T]
    topic: str
    lasts_s: int
    key: Callable[[Call], str]
    may_keep: Callable[[T], bool]


async def cached(request: Ask, kept: Kept[T], work: Callable[[Call], T]) -> T:
    """What `work` gives, now or a while ago. What `key` and `work` refuse."""
    office = office_of(request)
    cache: Cache = request.app.state.cache
    if not cache.is_on:
        return await office.read(request, work)
    key = await office.read(request, kept.key)

    async def read() -> Fresh:
        reply = await office.read(request, work)
        return Fresh(encode(reply), kept.may_keep(reply))

    body = await cache.through(key, kept.topic, kept.lasts_s, read)
    return msgspec.json.decode(body, type=kept.form)
