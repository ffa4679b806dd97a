"""How does a device send each of its requests twice at the same moment, to a server that dies again and again?

The app's own outbox, desk, engine, client and transport; only the clocks are moved, and the engine's pauses take no time. Of the two
answers one is believed, or none: then it is as if both had been lost on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Condition, Event
from time import perf_counter
from typing import Final

from app.api.client import Client
from app.clock import NANO
from app.core import gestures
from app.core.actions import Draft
from app.core.gestures import Gesture
from app.core.ids import id_source
from app.core.notices import Notice
from app.core.screen import Account, Hindrance
from app.core.timer import IssueRef
from app.desktop.secrets import Secrets
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.store.records import ChainHead
from app.sync import clerk, events
from app.sync.desk import Desk
from app.sync.engine import Engine, Phase
from app.sync.network import Calls
from tests.fakes.clock import FakeClock

VERSION: Final = "0.1.0"
WAIT_S: Final = 60
LOST: Final = events.Unanswered(events.Failure(Hindrance.UNREACHABLE))
BELIEVED: Final = (0, 1, 0, 1, None)
LONGEST_S: Final = 1200
ROUNDS: Final = 60
AT_ONCE: Final = 12  # steps of the engine before its person goes on


class Over(Exception):
    """The test has failed elsewhere."""


class Traffic:
    """What goes to and fro. `usual_s`: how long the last request took that was answered."""

    def __init__(self) -> None:
        self.usual_s = 0.01
        self.answers = 0
        self.is_over = False
        self._open = Event()
        self._changed = Condition()

    def open(self) -> None:
        """There is a server."""
        self._open.set()

    def close(self) -> None:
        if not self.is_over:
            self._open.clear()

    def give_up(self) -> None:
        self.is_over = True
        self._open.set()
        with self._changed:
            self._changed.notify_all()

    def wait(self) -> None:
        """Until there is a server. Over."""
        assert self._open.wait(WAIT_S), "nobody started a server"
        if self.is_over:
            raise Over

    def note(self, took_s: float) -> None:
        """An answer arrived."""
        with self._changed:
            self.usual_s = took_s
            self.answers += 1
            self._changed.notify_all()

    def wait_for(self, answers: int) -> None:
        """So many more."""
        with self._changed:
            wanted = self.answers + answers
            self._changed.wait_for(lambda: self.is_over or self.answers >= wanted, WAIT_S)


class Keyring:
    """In memory."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get_password(self, _service: str, name: str, /) -> str | None:
        return self._kept.get(name)

    def set_password(self, _service: str, name: str, password: str, /) -> None:
        self._kept[name] = password

    def delete_password(self, _service: str, name: str, /) -> None:
        del self._kept[name]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose device it is. `sends_halves`: also while a timer runs or is paused; else only what is whole."""

    account: Account
    token: str = field(repr=False)
    issues: Sequence[IssueRef]
    sends_halves: bool


@dataclass(slots=True)
class Sheet:
    """What there is to say about a device at the end. `recorded`: of each action, when `record` had returned."""

    user_id: int
    recorded: list[Draft] = field(default_factory=list)
    device_id: str = ""
    head: ChainHead = field(default_factory=lambda: ChainHead(0, ""))
    kept: list[str] = field(default_factory=list)
    unconfirmed: int = -1
    is_idle: bool = False


class Network:
    """Both lines of one device. `odd`: answers that nobody should have got."""

    def __init__(self, secrets: Secrets, traffic: Traffic, rng: Random, clock: FakeClock) -> None:
        def client(url: str) -> Client:
            self._clients.append(Client(url, version=VERSION, now=clock.now))
            return self._clients[-1]

        self._clients: list[Client] = []
        self._lines = [Calls(client, secrets, VERSION, clock.reading) for _ in range(2)]
        self._threads = [ThreadPoolExecutor(1) for _ in self._lines]
        self._traffic = traffic
        self._rng = rng
        self.odd: list[events.Event] = []

    def do(self, effect: events.ForNetwork) -> events.Event:
        """Over."""
        if isinstance(effect, events.FindToken):
            found, _ = (line.do(effect) for line in self._lines)
            return found
        self._traffic.wait()
        if not isinstance(effect, events.Send):
            return self._looked_at(self._lines[0].do(effect))
        asked = [
            thread.submit(self._ask, line, effect)
            for thread, line in zip(self._threads, self._lines, strict=True)
        ]
        answers = [each.result() for each in asked]
        believed = self._rng.choice(BELIEVED)
        return LOST if believed is None else answers[believed]

    def close(self) -> None:
        for thread in self._threads:
            thread.shutdown()
        for client in self._clients:
            client.close()

    def _ask(self, line: Calls, effect: events.Send) -> events.Event:
        began = perf_counter()
        answer = line.do(effect)
        if isinstance(answer, events.Answered):
            self._traffic.note(perf_counter() - began)
        return self._looked_at(answer)

    def _looked_at(self, answer: events.Event) -> events.Event:
        is_away = isinstance(answer, events.Unanswered) and answer.failure == LOST.failure
        is_well = isinstance(answer, events.Answered) and answer.answer.code is events.Code.OK
        if not is_away and not is_well and isinstance(answer, events.Unanswered | events.Answered):
            self.odd.append(answer)
        return answer


class Device:
    """Used by the thread that opened it. Its person works `since` then, epoch seconds, as fast as the test goes."""

    def __init__(
        self, owner: Owner, folder: Path, traffic: Traffic, rng: Random, since: int, now: int
    ) -> None:
        folder.mkdir()
        self._owner = owner
        self._rng = rng
        self._at = since
        self._now = now
        self._mono = 0.0
        self._clock = FakeClock(tz="UTC")
        self._clock.ticks.session = f"{rng.getrandbits(32):08x}-1111-4111-8111-111111110000"
        secrets = Secrets(folder, _always(Keyring()))
        account = owner.account
        secrets.store(f"{account.server_id}/{account.user_id}", owner.token)
        self.network = Network(secrets, traffic, rng, self._clock)
        self._outbox = Outbox.open(folder / "queue.sqlite3")
        self._notices: list[Notice] = []
        self._desk = Desk(
            self._outbox, Cache.open(folder / "cache.sqlite3"), self._clock, self._notices.append
        )
        self._desk.new_id = id_source(self._clock, rng.randbytes)
        self._engine = Engine(account, rng.random)
        self._todo: deque[events.Effect] = deque(self._engine.begin())
        self.sheet = Sheet(account.user_id)

    # ---- its person

    def work(self) -> None:
        """On one thing, from start to stop. Over."""
        issue = self._rng.choice(self._owner.issues)
        self._be_back()
        self._do(
            lambda: gestures.start(self._desk.timer, issue, self._clock.reading(), self._desk.new_id, None)
        )
        if self._rng.random() < 0.5:
            self._do(lambda: gestures.pause(self._desk.timer, self._clock.reading(), self._desk.new_id))
            self._do(lambda: gestures.resume(self._desk.timer, self._clock.reading(), self._desk.new_id))
        self._do(lambda: gestures.stop(self._desk.timer, self._clock.reading(), self._desk.new_id))
        self._send(AT_ONCE)

    def finish(self) -> None:
        """Sends what is left, as long as that can take where nothing is broken. Over."""
        for _ in range(ROUNDS):
            if self._engine.phase is Phase.IDLE and not self._outbox.pending_count():
                return
            self._send(AT_ONCE)

    def close(self) -> None:
        sheet = self.sheet
        sheet.device_id, sheet.head = self._outbox.device_id, self._outbox.head()
        sheet.kept = [each.action_id for each in self._outbox.after(0)]
        sheet.unconfirmed = self._outbox.pending_count()
        sheet.is_idle = self._desk.timer is None
        self.network.close()
        self._desk.close()

    def _do(self, gesture: Callable[[], Gesture]) -> None:
        done = gesture()
        self._desk.record(done)
        self.sheet.recorded += done.drafts
        passed = self._rng.randrange(1, LONGEST_S)
        self._clock.advance(seconds=passed)
        self._at += passed
        if self._owner.sends_halves and self._rng.random() < 0.5:
            self._send(AT_ONCE)
            self._be_back()

    def _be_back(self) -> None:
        """At the day on which all this is lived."""
        self._boot(self._at)

    def _boot(self, wall: int) -> None:
        """A new clock each time: the server has met none that an action was recorded by, and goes by the wall."""
        self._clock.ticks.wall = wall * NANO
        self._clock.reboot(minutes=0)

    # ---- its sync, today

    def _send(self, steps: int) -> None:
        self._boot(self._now)
        self._todo += self._engine.handle(events.Kicked(), self._mono)
        for _ in range(steps):
            if not self._todo and not self._wake():
                return
            effect = self._todo.popleft()
            if isinstance(effect, events.ForNetwork):
                done: events.Event | None = self.network.do(effect)
            else:
                done = clerk.do(self._desk, effect)
            if done is not None:
                self._todo += self._engine.handle(done, self._mono)

    def _wake(self) -> bool:
        """False when there is nothing to do but to wait for the next poll."""
        if self._engine.phase is Phase.IDLE or self._engine.due is None:
            return False
        self._mono = max(self._mono, self._engine.due)
        self._todo += self._engine.handle(events.Due(), self._mono)
        return bool(self._todo)


def _always(keyring: Keyring) -> Callable[[], Keyring]:
    return lambda: keyring
