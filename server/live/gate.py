"""How often may somebody try to sign in?

Counted for an e-mail and for an address, within a window that goes along. A try counts when it begins, so that many at once are
no way around the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

WINDOW_MS: Final = 5 * 60 * 1000
TRIES_PER_EMAIL: Final = 10
TRIES_PER_ADDRESS: Final = 60
REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody at the door. `email` in lower case; `address` from which they come."""

    email: str
    address: str


class Gate(Protocol):
    async def begin(self, knock: Knock, now_ms: int) -> int:
        """0: may try, and it counts. Otherwise how many milliseconds to wait; then it does not count."""

    async def forgive(self, knock: Knock) -> None:
        """It was right: the e-mail's tries are forgotten, and this one of the address."""
