"""How often may somebody try to sign in?

Counted for an e-mail and for an address, within a window that moves along. A try counts when it begins, so that many at once are
no way around the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Protocol

WINDOW_MS: Final = 5 * 60 * 1000
TRIES_PER_EMAIL: Final = 10
TRIES_PER_ADDRESS: Final = 60
REMEMBERED: Final = 10_000
HOST_BITS: Final = 64  # of an IPv6 address: whoever has one has all that differ only in these


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door. `email` in one case; `address`: from which they come, see `network_of`."""

    email: str
    address: str


def network_of(address: str) -> str:
    """What counts as one address."""
    try:
        found = ip_address(address)
    except ValueError:  # none is known
        return address
    if isinstance(found, IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> HOST_BITS << HOST_BITS))


class Gate(Protocol):
    async def begin(self, knock: Knock, now_ms: int) -> int:
        """0: may try, and it counts. Otherwise how many milliseconds to wait, and it does not count."""

    async def forgive(self, knock: Knock) -> None:
        """It was right: the e-mail's tries are forgotten, and of the address's the last."""


class Tries:
    """Who tried how often within the window. The oldest are forgotten when there are too many to remember."""

    def __init__(self, limit: int, window_ms: int = WINDOW_MS, remembered: int = REMEMBERED) -> None:
        self._limit = limit
        self._window_ms = window_ms
        self._remembered = remembered
        self._begun: dict[str, list[int]] = {}

    def wait_ms(self, who: str, now_ms: int) -> int:
        """0: may try now."""
        recent = self._recent(who, now_ms)
        return 0 if len(recent) < self._limit else recent[-self._limit] + self._window_ms - now_ms

    def begin(self, who: str, now_ms: int) -> None:
        recent = self._recent(who, now_ms)
        self._begun.pop(who, None)
        self._begun[who] = [*recent, now_ms]
        while len(self._begun) > self._remembered:
            del self._begun[next(iter(self._begun))]

    def forgive(self, who: str) -> None:
        """All of them."""
        self._begun.pop(who, None)

    def forgive_last(self, who: str) -> None:
        if self._begun.get(who):
            self._begun[who].pop()

    def _recent(self, who: str, now_ms: int) -> list[int]:
        return [at for at in self._begun.get(who, ()) if 0 <= now_ms - at < self._window_ms]


class OwnGate:
    """Of one instance, in its memory."""

    def __init__(self) -> None:
        self._by_email = Tries(TRIES_PER_EMAIL)
        self._by_address = Tries(TRIES_PER_ADDRESS)

    async def begin(self, knock: Knock, now_ms: int) -> int:
        wait_ms = max(
            self._by_email.wait_ms(knock.email, now_ms), self._by_address.wait_ms(knock.address, now_ms)
        )
        if wait_ms == 0:
            self._by_email.begin(knock.email, now_ms)
            self._by_address.begin(knock.address, now_ms)
        return wait_ms

    async def forgive(self, knock: Knock) -> None:
        self._by_email.forgive(knock.email)
        self._by_address.forgive_last(knock.address)
