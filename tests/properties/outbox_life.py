"""How does a day with an outbox go, and how does it end before any of its steps?

A step is a statement or an operation on a file beside the database.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.core.timer import IssueRef
from app.errors import DiskFull
from app.store.outbox import Outbox
from app.store.records import Settled
from tests.fakes.desk import LOGIN, MENU, Desk, numbered_ids

NEW_DEVICE: Final = "eeeeeeee-0000-7000-8000-000000000001"
DAY: Final = 86_400

Sight = dict[str, Any]
Act = Callable[[], object]


class Killed(BaseException):
    """Stands for the end of the process: no clean-up runs, because every later step raises it as well."""


def raise_killed() -> None:
    raise Killed


def a_day(desk: Desk) -> list[Act]:
    """Every way to write into an outbox, one after the other."""
    outbox, clock = desk.outbox, desk.clock
    return [
        lambda: desk.start(LOGIN),
        lambda: outbox.remember("server_id", "one"),
        lambda: desk.start(MENU, 300),
        lambda: outbox.settle(2, [Settled(1, "applied"), Settled(2, "held", code="LATE")], "a" * 64),
        lambda: outbox.remember("seen", str(clock.now())),
        desk.pause,
        lambda: outbox.rewind(1),
        desk.resume,
        lambda: outbox.rekey(NEW_DEVICE),
        lambda: outbox.settle(3, [Settled(seq, "duplicate", of="applied") for seq in (1, 2, 3)], "b" * 64),
        lambda: desk.stop("Done for today"),
        lambda: outbox.prune(clock.now()),
        lambda: outbox.prune(clock.now() + 91 * DAY),
        lambda: desk.start(LOGIN, 60),
    ]


def an_hour(desk: Desk) -> list[Act]:
    """After what was there before."""
    return [lambda: desk.stop("Done after all"), lambda: desk.start(MENU)]


def known(issue_id: int) -> IssueRef | None:
    return {LOGIN.id: LOGIN, MENU.id: MENU}.get(issue_id)


def see(outbox: Outbox) -> Sight:
    """All that anybody can see of an outbox."""
    return {
        "batch": outbox.batch(limit=1000),
        "kept": outbox.after(0),
        "timer": outbox.timer(),
        "attention": outbox.attention(),
        "said_before": outbox.said_before,
        "note": outbox.recall("server_id"),
        "sig": outbox.acked_sig(),
    }


def copied(path: Path) -> list[str]:
    """The ids in the second copy."""
    lines = path.with_suffix(".ndjson").read_bytes().splitlines()
    return [json.loads(each)["action"]["action_id"] for each in lines]


@dataclass
class Life:
    """One run of the day, with a look at the outbox after each gesture. `prefix`: of the ids of its actions."""

    path: Path
    fault: Callable[[str], None]
    day: Callable[[Desk], Sequence[Act]] = a_day
    prefix: str = "00000000"
    acknowledged: int = -1
    sights: list[Sight] = field(default_factory=list)
    outbox: Outbox | None = None
    tell: Callable[[int], None] = lambda _number: None

    def live(self, *, look: bool = False) -> None:
        outbox = open_at(self.path, self.fault)
        self.outbox = outbox
        self._acknowledge(outbox, look=look)
        desk = Desk(outbox, new_id=numbered_ids(self.prefix))
        for act in self.day(desk):
            desk.clock.advance(minutes=10)
            act()
            self._acknowledge(outbox, look=look)
        outbox.close()

    def _acknowledge(self, outbox: Outbox, *, look: bool) -> None:
        self.acknowledged += 1
        self.tell(self.acknowledged)
        if look:
            self.sights.append(see(outbox))


def open_at(path: Path, fault: Callable[[str], None] = lambda _step: None) -> Outbox:
    return Outbox.open(path, make_device_id=numbered_ids("dddddddd"), fault=fault, issue_of=known)


class Countdown:
    """Ends the life before step `left`; never if that is negative."""

    def __init__(self, left: int, end: Callable[[], None] = raise_killed) -> None:
        self.left = left
        self.end = end
        self.seen = 0

    def __call__(self, _step: str) -> None:
        self.seen += 1
        if 0 <= self.left < self.seen:
            self.end()


class Hiccup:
    """Step `at` fails, once, as on a full disk."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, step: str) -> None:
        # A ROLLBACK is what cleans up after a failure; it does not fail as well.
        if step != "ROLLBACK":
            self.left -= 1
            if self.left == -1 and step.split(maxsplit=1)[0].isupper():
                raise DiskFull(Path(step))
            if self.left == -1:
                raise OSError(errno.ENOSPC, step)


def check_left_behind(path: Path, acknowledged: int, lived: list[Sight], at: int) -> None:
    """What `acknowledged` said is there; at most the gesture that was under way is there too, as a whole.

    And in the second copy as well, each action once and in order.
    """
    outbox = open_at(path)
    sight = see(outbox)
    outbox.close()
    allowed = lived[max(0, acknowledged) : acknowledged + 2]
    assert sight in allowed, f"ended before step {at}, after gesture {acknowledged}"
    ids = [action.action_id for action in sight["kept"]]
    assert ids == (copied(path)[-len(ids) :] if ids else []), f"ended before step {at}"
    assert len(set(copied(path) if ids else [])) == (len(copied(path)) if ids else 0)
