"""What do several instances have in common beside the database, and what when that does not answer?

Redis makes things better and nothing depends on it: whoever asks while it is away gets `Away` at once and goes on without.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from structlog.typing import FilteringBoundLogger

T = TypeVar("T")

WITHIN_S: Final = 1.0  # nobody's request waits longer for it
LEFT_ALONE_S: Final = 2.0  # after it did not answer


class Away(Exception):
    """Redis does not answer."""


class Shared:
    """One Redis, used by one event loop. `prefix`: of all its names. `ticks`: seconds of a clock that never goes back."""

    def __init__(self, url: str, prefix: str, ticks: Callable[[], float], log: FilteringBoundLogger) -> None:
        self.client = Redis.from_url(
            url,
            socket_timeout=WITHIN_S,
            socket_connect_timeout=WITHIN_S,
            retry=Retry(NoBackoff(), 1),  # an old connection may have been closed
        )
        self._prefix = prefix
        self._ticks = ticks
        self._log = log
        self._away_since: float | None = None
        self._tried_at = 0.0

    @property
    def is_away(self) -> bool:
        return self._away_since is not None

    def name(self, *parts: object) -> str:
        return ":".join([self._prefix, *map(str, parts)])

    async def ask(self, question: Callable[[Redis], Awaitable[T]]) -> T:
        """Away, also without asking shortly after it did not answer."""
        if self.is_away and self._ticks() - self._tried_at < LEFT_ALONE_S:
            raise Away
        try:
            found = await question(self.client)
        except (RedisError, OSError, TimeoutError) as failure:
            self._lose(failure)
            raise Away from failure
        self._find()
        return found

    async def close(self) -> None:
        await self.client.aclose()

    def _lose(self, failure: Exception) -> None:
        self._tried_at = self._ticks()
        if self._away_since is None:
            self._away_since = self._tried_at
            self._log.warning("Redis does not answer", error=type(failure).__name__)

    def _find(self) -> None:
        if self._away_since is not None:
            self._log.info("Redis answers again", after_s=round(self._ticks() - self._away_since, 1))
            self._away_since = None
