"""How long does a device wait before it tries again?

Full jitter (AWS, "Exponential backoff and jitter"; sync.md 2.12), so that devices that failed together do not come back together. Random
numbers are passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.core.screen import Hindrance

CAP_S: Final = 300.0
PROBE_CAP_S: Final = 5.0
SPREAD_CAP_S: Final = 10.0
SHORTEST_S: Final = 0.3
POLL_JITTER: Final = 0.1
STUBBORN_S: Final = {
    Hindrance.TLS: 300.0,
    Hindrance.WRONG_SERVER: 300.0,
    Hindrance.UPGRADE: 3600.0,
    Hindrance.REFUSED: 3600.0,
}
"""What only people can mend is tried at this pace at the latest."""

PROBED: Final = frozenset({Hindrance.UNREACHABLE, Hindrance.PORTAL})
"""Here nobody of ours answers, so asking again costs the server nothing: it is noticed within seconds when it is back."""

ASKED_FIRST: Final = PROBED | {Hindrance.WRONG_SERVER}
"""Before anything is sent again, it is asked who answers."""

Random = Callable[[], float]
"""A number from 0 to 1, 1 excluded."""


def pause(hindrance: Hindrance, failures: int, retry_after_s: float, random: Random) -> float:
    """Seconds to wait after the `failures`-th failure in a row (1 for the first). Retry-After is a minimum (RFC 9110)."""
    cap = PROBE_CAP_S if hindrance in PROBED else STUBBORN_S.get(hindrance, CAP_S)
    jittered = random() * min(cap, 2.0 ** min(failures, 20))
    asked = max(jittered, retry_after_s) + random() * retry_after_s
    return max(SHORTEST_S, asked)


def poll(asked_s: float, random: Random) -> float:
    """Seconds until the next poll, a tenth more or less than was asked: devices that began together do not stay in step."""
    return asked_s * (1 + POLL_JITTER * (2 * random() - 1))


def has_waited_longest(hindrance: Hindrance, failures: int) -> bool:
    """Whether the pauses grow no more."""
    return 2.0 ** min(failures, 20) >= STUBBORN_S.get(hindrance, CAP_S)


def spread(outage_s: float, random: Random) -> float:
    """Seconds to wait once the server is back: the longer it was away, the more devices wait for it."""
    return random() * min(SPREAD_CAP_S, outage_s / 60)
