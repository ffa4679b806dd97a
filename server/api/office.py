"""What does every route work with, and for whom?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from litestar import Request
from litestar.datastructures import State
from structlog.typing import FilteringBoundLogger

from server.api.door import Door
from server.clock import Clock
from server.db.session import Connection, Database
from server.domain.errors import NotSignedIn
from server.domain.messages import ServerInfo
from server.domain.principal import Principal, ServerIdentity
from server.services import accounts
from server.settings import PRODUCT

T = TypeVar("T")
Ask = Request[Any, Any, State]

PROTOCOL: Final = 1
HEADER: Final = b"authorization"
SCHEME: Final = "bearer"
PUBLIC: Final = "public"  # the mark of a route for which nobody has to be signed in


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
        return await self.database.read(self._signed_in(request, work))

    async def write(self, request: Ask, work: Callable[[Call], T]) -> T:
        """Committed when it returns; nothing is written when it raises. NotSignedIn, and what `work` refuses."""
        return await self.database.run(self._signed_in(request, work))

    async def report(self, request: Ask, work: Callable[[Call], T]) -> T:
        """As `read`, for what may take long: timers do not wait for it. NotSignedIn, and what `work` refuses."""
        caller = await self.read(request, lambda call: call)
        return await self.database.report(
            lambda conn: work(Call(conn, caller.principal, caller.revision, caller.now_ms))
        )

    def _signed_in(self, request: Ask, work: Callable[[Call], T]) -> Callable[[Connection], T]:
        token = bearer_token(request)
        now_ms = self.clock.now_ms()

        def transaction(conn: Connection) -> T:
            arrived = accounts.arrive(conn, token, now_ms)
            if arrived is None:
                raise NotSignedIn("This sign-in has ended. Sign in again.")
            return work(Call(conn, arrived.principal, arrived.revision, now_ms))

        return transaction


def office_of(request: Ask) -> Office:
    return cast(Office, request.app.state.office)


async def carries_token(request: Ask) -> None:
    """Stands before all routes but the public ones: nothing is read of a stranger's request. NotSignedIn.

    A coroutine, because Litestar would send a plain function to a thread for every request; and no guard, because
    Litestar copies the route for each.
    """
    if PUBLIC not in request.route_handler.opt:
        bearer_token(request)


def bearer_token(request: Ask) -> str:
    """NotSignedIn when the request carries none."""
    said = next((value for name, value in request.scope["headers"] if name == HEADER), b"")
    scheme, _, token = said.decode("latin-1").partition(" ")
    if scheme.lower() != SCHEME or not token:
        raise NotSignedIn("Send the token of this device: Authorization: Bearer …")
    return token.strip()
