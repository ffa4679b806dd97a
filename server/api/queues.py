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
POLLED: Final = frozenset({f"{PREFIX}/time-tracking/status", f"{PREFIX}/projects", f"{PREFIX}/issues"})
SIGN_INS_AT_ONCE: Final = 8  # their passwords are checked in threads of their own


class Kind(StrEnum):
    """OPEN: answered whatever happens. PAGES: what people look at and change in a browser, and all the rest."""

    OPEN = "open"
    ACTIONS = "actions"
    POLLS = "polls"
    PAGES = "pages"
    SIGN_INS = "sign_ins"


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
        return cls(Lane(ticks), Lane(ticks), Lane(ticks, SIGN_INS_AT_ONCE))

    @property
    def by_name(self) -> dict[str, Lane]:
        return {"devices": self.devices, "pages": self.pages, "sign_ins": self.sign_ins}

    def of(self, kind: Kind) -> Lane | None:
        """None: it never waits."""
        match kind:
            case Kind.OPEN:
                return None
            case Kind.ACTIONS | Kind.POLLS:
                return self.devices
            case Kind.PAGES:
                return self.pages
            case Kind.SIGN_INS:
                return self.sign_ins


def kind_of(scope: HTTPScope) -> Kind:
    """A device that says nothing of what it has recorded has something: an older app is no worse off."""
    path, method = scope["path"], scope["method"]
    if path in OPEN or method == "OPTIONS":
        return Kind.OPEN
    if path in SIGN_INS:
        return Kind.SIGN_INS
    said = dict(scope["headers"])
    if AUTHORIZATION not in said:
        return Kind.PAGES
    if path == SYNC:
        return Kind.POLLS if said.get(PENDING) == NONE_PENDING else Kind.ACTIONS
    if path in POLLED:
        return Kind.POLLS
    return Kind.ACTIONS if path in TIMER_ACTIONS else Kind.PAGES
