"""Which line does a request wait in?

It is told by its address and its headers alone: before it is known who asks, and before anything of the body is read.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from litestar.types import HTTPScope

from server.api.events import PREFIX, TIMER_ACTIONS
from server.live.lane import Lane

PENDING: Final = b"x-hourkeep-pending"
AUTHORIZATION: Final = b"authorization"
NONE_PENDING: Final = b"0"
OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics"})
SYNC: Final = f"{PREFIX}/time-tracking/sync"
SIGN_INS: Final = frozenset({f"{PREFIX}/auth/token", f"{PREFIX}/auth/session"})
SIGN_INS_AT_ONCE: Final = 8  # their passwords are checked in threads of their own


class Kind(StrEnum):
    """OPEN: answered whatever happens. PAGES: what people look at and change in a browser, and all the rest.

    LISTS: of projects and issues, which a device fetches after a sync: when they are refused, it begins with the sync again.
    """

    OPEN = "open"
    ACTIONS = "actions"
    LISTS = "lists"
    POLLS = "polls"
    PAGES = "pages"
    SIGN_INS = "sign_ins"


READ: Final = {
    f"{PREFIX}/time-tracking/status": Kind.POLLS,
    f"{PREFIX}/projects": Kind.LISTS,
    f"{PREFIX}/issues": Kind.LISTS,
}
RANKS: Final = {Kind.ACTIONS: 0, Kind.LISTS: 1, Kind.POLLS: 2}
"""In the line of devices; in the others all are alike."""


def loop_time() -> float:
    """Seconds, of the running event loop."""
    return get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Queues:
    """A line for devices, in which new actions go first, and others that no crowd of devices holds up."""

    devices: Lane
    pages: Lane
    sign_ins: Lane

    @classmethod
    def open(cls, ticks: Callable[[], float]) -> Queues:
        return cls(Lane(ticks, ranks=len(RANKS)), Lane(ticks), Lane(ticks, SIGN_INS_AT_ONCE))

    @property
    def by_name(self) -> dict[str, Lane]:
        return {"devices": self.devices, "pages": self.pages, "sign_ins": self.sign_ins}

    def of(self, kind: Kind) -> Lane | None:
        """None: it never waits."""
        match kind:
            case Kind.OPEN:
                return None
            case Kind.ACTIONS | Kind.LISTS | Kind.POLLS:
                return self.devices
            case Kind.PAGES:
                return self.pages
            case Kind.SIGN_INS:
                return self.sign_ins


def kind_of(scope: HTTPScope) -> Kind:
    path, method = scope["path"], scope["method"]
    if path in OPEN or method == "OPTIONS":
        return Kind.OPEN
    if path in SIGN_INS:
        return Kind.SIGN_INS
    said = dict(scope["headers"])
    return _of_a_device(path, method, said) if AUTHORIZATION in said else Kind.PAGES


def _of_a_device(path: str, method: str, said: dict[bytes, bytes]) -> Kind:
    """Who does not say how much they have recorded has something: an older app is no worse off."""
    if path == SYNC:
        return Kind.POLLS if said.get(PENDING) == NONE_PENDING else Kind.ACTIONS
    if method == "GET":
        return READ.get(path, Kind.PAGES)
    return Kind.ACTIONS if path in TIMER_ACTIONS else Kind.PAGES
