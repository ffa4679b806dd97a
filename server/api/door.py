"""May this person come in, and how often may somebody try?

Passwords are checked in threads of their own, because that takes long on purpose.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Final

from server.clock import Clock
from server.db.session import Connection, Database
from server.domain.errors import BadCredentials, TooMany
from server.domain.messages import BrowserSignIn, SignIn
from server.domain.passwords import hash_password, verify_password
from server.domain.principal import Credentials, Principal
from server.live.gate import Gate, Knock, OwnGate, network_of
from server.services.staff import accounts, browsers, sign_ins
from server.services.staff.browsers import Opened

CHECKS_AT_ONCE: Final = 2  # each takes 64 MiB

WRONG: Final = "Check both and try again."

Verify = Callable[[str, str], bool]


class Door:
    """Lets people in with e-mail and password: gives their device a token, or their browser a session."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        verify: Verify = verify_password,
        gate: Gate | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._verify = verify
        self._gate = gate or OwnGate()
        self._threads = ThreadPoolExecutor(CHECKS_AT_ONCE, "password")

    def close(self) -> None:
        self._threads.shutdown()

    async def sign_in(self, asked: SignIn, address: str) -> tuple[str, Principal]:
        """The new token and whose it is. BadCredentials, TooMany."""
        known = await self.check(asked.email, asked.password, address)
        return await self._database.run(lambda conn: self._admit_device(conn, known, asked))

    async def open_session(
        self, asked: BrowserSignIn, browser: str, before: str | None, address: str
    ) -> tuple[Opened, Principal]:
        """The new session and whose it is. `before`: the secret of the one that it replaces. BadCredentials, TooMany."""
        known = await self.check(asked.email, asked.password, address)
        return await self._database.run(
            lambda conn: self._admit_browser(conn, known, asked.email, browser, before)
        )

    async def check(self, email: str, password: str, address: str) -> Credentials:
        """Whose password this is. BadCredentials, TooMany."""
        email = accounts.same_case(email)
        knock = Knock(email, network_of(address))
        await self._begin(knock)
        known = await self._database.read(lambda conn: accounts.credentials(conn, email))
        if not await self._is_right(known, password) or known is None:
            raise BadCredentials(WRONG)
        await self._gate.forgive(knock)
        return known

    async def hashed(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, hash_password, password)

    async def _begin(self, knock: Knock) -> None:
        wait_ms = await self._gate.begin(knock, self._clock.now_ms())
        if wait_ms > 0:
            wait_s = math.ceil(wait_ms / 1000)
            raise TooMany(f"Try again in {wait_s} seconds.", retry_after_s=wait_s)

    async def _is_right(self, known: Credentials | None, password: str) -> bool:
        """Takes the same time whether somebody has the e-mail or nobody."""
        usable = known is not None and known.is_active and known.password_hash is not None
        loop = asyncio.get_running_loop()
        right = await loop.run_in_executor(self._threads, self._check, known, password)
        return usable and right

    def _check(self, known: Credentials | None, password: str) -> bool:
        nobodys = self._nobodys_hash
        stored = None if known is None else known.password_hash
        return self._verify(nobodys if stored is None else stored, password)

    @cached_property
    def _nobodys_hash(self) -> str:
        """Of a password that nobody knows."""
        return hash_password(secrets.token_urlsafe())

    def _admit_device(self, conn: Connection, checked: Credentials, asked: SignIn) -> tuple[str, Principal]:
        now_ms = self._clock.now_ms()
        _must_be_unchanged(conn, checked, asked.email)
        token, _ = accounts.issue_token(conn, checked.user_id, asked.device_name, asked.device_id, now_ms)
        principal = _known(accounts.authenticate(conn, token, now_ms))
        sign_ins.note_new(conn, principal, asked.device_name, now_ms)
        return token, principal

    def _admit_browser(
        self, conn: Connection, checked: Credentials, email: str, browser: str, before: str | None
    ) -> tuple[Opened, Principal]:
        now_ms = self._clock.now_ms()
        _must_be_unchanged(conn, checked, email)
        if before is not None:
            browsers.leave(conn, before)
        opened = browsers.open_session(conn, checked.user_id, browser, now_ms)
        arrived = browsers.arrive(conn, opened.secret, now_ms)
        principal = _known(None if arrived is None else arrived.principal)
        sign_ins.note_new(conn, principal, browser, now_ms)
        return opened, principal


def _must_be_unchanged(conn: Connection, checked: Credentials, email: str) -> None:
    """BadCredentials when the account was changed while the password was checked."""
    if accounts.credentials(conn, email) != checked:
        raise BadCredentials(WRONG)


def _known(principal: Principal | None) -> Principal:
    if principal is None:
        raise BadCredentials(WRONG)
    return principal
