"""How does what is to be told outside get there?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, assert_never

from structlog.typing import FilteringBoundLogger

from server.clock import Clock
from server.db.session import Database
from server.domain.delivery import Errand, Hook, Mailbox, State, Told
from server.jobs.outcome import NotDelivered
from server.services.outside import notifications
from server.services.outside.pause import pause_at

AT_ONCE: Final = 20


class WritesMail(Protocol):
    async def send(self, to: Mailbox, told: Told) -> None: ...


class CallsHooks(Protocol):
    async def send(self, to: Hook, told: Told) -> None: ...


@dataclass(frozen=True, slots=True)
class Courier:
    """`mail` None: there is no mail server. `chance`: from 0 to 1, anew at each call."""

    database: Database
    clock: Clock
    mail: WritesMail | None
    hooks: CallsHooks
    chance: Callable[[], float]
    log: FilteringBoundLogger

    async def round(self) -> None:
        """Sends what is due, many at once, and returns when all of them arrived or failed.

        Nothing while the server is being refilled after a backup was restored.
        """
        now_ms = self.clock.now_ms()
        if await self.database.read(lambda conn: pause_at(conn, now_ms)) is not None:
            return
        await self._spread()
        errands = await self.database.read(lambda conn: notifications.due(conn, now_ms, AT_ONCE))
        async with asyncio.TaskGroup() as group:
            for errand in errands:
                group.create_task(self._deliver(errand))

    async def _spread(self) -> None:
        if await self.database.read(notifications.is_anything_new):
            now_ms, by_mail = self.clock.now_ms(), self.mail is not None
            await self.database.run(lambda conn: notifications.spread(conn, now_ms, by_mail=by_mail))

    async def _deliver(self, errand: Errand) -> None:
        now_ms, chance = self.clock.now_ms(), self.chance()
        begun = await self.database.run(lambda conn: notifications.begin(conn, errand, now_ms, chance))
        if begun is None:
            return
        try:
            await self._send(begun)
        except NotDelivered as failure:
            await self._failed(begun, failure)
        except Exception as failure:  # nobody's address keeps the others' deliveries from going out
            self.log.exception("Delivery failed", delivery_id=begun.delivery_id)
            await self._failed(begun, NotDelivered(f"It could not be sent: {type(failure).__name__}."))
        else:
            after_ms = self.clock.now_ms()
            await self.database.run(lambda conn: notifications.sent(conn, begun, after_ms))

    async def _send(self, begun: Errand) -> None:
        match begun.to:
            case Mailbox() as mailbox:
                if self.mail is None:
                    raise NotDelivered("There is no mail server any more (HOURKEEP_SMTP_URL).")
                await self.mail.send(mailbox, begun.told)
            case Hook() as hook:
                await self.hooks.send(hook, begun.told)
            case None:
                pass  # it was cancelled when it began
            case _:
                assert_never(begun.to)

    async def _failed(self, begun: Errand, failure: NotDelivered) -> None:
        now_ms, words = self.clock.now_ms(), str(failure)
        state = await self.database.run(
            lambda conn: notifications.failed(conn, begun, words, now_ms, for_good=failure.for_good)
        )
        level = self.log.error if state is State.DEAD else self.log.warning
        level("Not delivered", delivery_id=begun.delivery_id, attempts=begun.attempts, why=words)
