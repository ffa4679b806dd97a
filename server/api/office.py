"""What does every route work with, and for whom?"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from structlog.typing import FilteringBoundLogger

from server.api.door import Door
from server.api.proof import PUBLIC, Ask, Shown, carries_token, shown
from server.clock import Clock
from server.db.session import Connection, Database, StorageFailed
from server.domain.errors import NotSignedIn
from server.domain.messages import ServerInfo
from server.domain.principal import Arrival, Principal, ServerIdentity
from server.services.staff import accounts, browsers
from server.settings import PRODUCT

__all__ = ["PUBLIC", "Ask", "Call", "Office", "carries_token", "office_of"]

T = TypeVar("T")

PROTOCOL: Final = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A signed-in person's request, inside its transaction. `revision`: of their timer, before anything was done."""

    conn: Connection
    principal: Principal
    revision: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class Office:
    database: Database
    clock: Clock
    server: ServerIdentity
    version: str
    door: Door
    log: FilteringBoundLogger

    @property
    def info(self) -> ServerInfo:
        return ServerInfo(PRODUCT, self.server.server_id, self.server.name, self.version, PROTOCOL)

    async def read(self, request: Ask, work: Callable[[Call], T]) -> T:
        """NotSignedIn, and what `work` refuses."""
        return await self.read_for(shown(request), work)

    async def read_for(self, proof: Shown, work: Callable[[Call], T]) -> T:
        """As `read`, for whoever shows that."""
        now_ms = self.clock.now_ms()

        def transaction(conn: Connection) -> tuple[Arrival, T]:
            arrived = _arrive(conn, proof, now_ms)
            return arrived, work(Call(conn, arrived.principal, arrived.revision, now_ms))

        arrived, found = await self.database.read(transaction)
        if accounts.is_unnoted(arrived, now_ms):
            with suppress(StorageFailed):  # one can read while nothing can be written
                await self.database.run(lambda conn: accounts.note_use(conn, arrived.principal, now_ms))
        return found

    async def write(self, request: Ask, work: Callable[[Call], T]) -> T:
        """Committed when it returns; nothing is written when it raises. NotSignedIn, and what `work` refuses."""
        now_ms, proof = self.clock.now_ms(), shown(request)

        def transaction(conn: Connection) -> T:
            arrived = _arrive(conn, proof, now_ms)
            done = work(Call(conn, arrived.principal, arrived.revision, now_ms))
            if accounts.is_unnoted(arrived, now_ms):
                accounts.note_use(conn, arrived.principal, now_ms)
            return done

        return await self.database.run(transaction)

    async def report(self, request: Ask, work: Callable[[Call], T]) -> T:
        """As `read`, for what may take long: timers do not wait for it. NotSignedIn, and what `work` refuses."""
        caller = await self.read(request, lambda call: call)
        return await self.database.report(
            lambda conn: work(Call(conn, caller.principal, caller.revision, caller.now_ms))
        )


def office_of(request: Ask) -> Office:
    return cast(Office, request.app.state.office)


def _arrive(conn: Connection, proof: Shown, now_ms: int) -> Arrival:
    arrive = browsers.arrive if proof.is_browser else accounts.arrive
    arrived = arrive(conn, proof.secret, now_ms)
    if arrived is None:
        raise NotSignedIn("This sign-in has ended. Sign in again.")
    return arrived
