"""How is that counted for all instances together?"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final, cast

from server.live.gate import TRIES_PER_ADDRESS, TRIES_PER_EMAIL, WINDOW_MS, Gate, Knock
from server.live.shared import Away, Shared

CLOCKS_DIFFER_MS: Final = 60_000  # between two instances, at most
BEGIN: Final = """
local now, window, name, ahead = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local wait = 0
for each = 1, 2 do
    local limit = tonumber(ARGV[4 + each])
    redis.call('ZREMRANGEBYSCORE', KEYS[each], '-inf', now - window)
    redis.call('ZREMRANGEBYSCORE', KEYS[each], '(' .. (now + ahead), '+inf')
    local count = redis.call('ZCARD', KEYS[each])
    if count >= limit then
        local first = redis.call('ZRANGE', KEYS[each], count - limit, count - limit, 'WITHSCORES')
        wait = math.max(wait, tonumber(first[2]) + window - now)
    end
end
if wait == 0 then
    for each = 1, 2 do
        redis.call('ZADD', KEYS[each], now, name)
        redis.call('PEXPIRE', KEYS[each], window)
    end
end
return wait
"""


class SharedGate:
    """In Redis; `own` counts while that does not answer."""

    def __init__(self, shared: Shared, own: Gate) -> None:
        self._shared = shared
        self._own = own

    async def begin(self, knock: Knock, now_ms: int) -> int:
        arguments: list[Any] = [
            *self._keys(knock),
            now_ms,
            WINDOW_MS,
            secrets.token_hex(8),
            CLOCKS_DIFFER_MS,
            TRIES_PER_EMAIL,
            TRIES_PER_ADDRESS,
        ]
        try:
            wait_ms = await self._shared.ask(lambda redis: cast(Any, redis.eval(BEGIN, 2, *arguments)))
        except Away:
            return await self._own.begin(knock, now_ms)
        return int(wait_ms)

    async def forgive(self, knock: Knock) -> None:
        by_email, by_address = self._keys(knock)
        try:
            await self._shared.ask(lambda redis: redis.delete(by_email))
            await self._shared.ask(lambda redis: redis.zpopmax(by_address))
        except Away:
            await self._own.forgive(knock)

    def _keys(self, knock: Knock) -> tuple[str, str]:
        """Nobody who reads Redis learns who signs in from where."""
        return self._key("email", knock.email), self._key("address", knock.address)

    def _key(self, kind: str, who: str) -> str:
        return self._shared.name("tries", kind, hashlib.sha256(who.encode()).hexdigest())
