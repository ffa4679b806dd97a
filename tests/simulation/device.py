"""What is one copy of the app in the simulation, from its files to its engine?

Production code throughout; what waits between its two threads lies in `todo`, and goes on one hop at a time, so that anything
can happen between two of them. A death leaves what is in the files.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from app.api.client import Client
from app.core.actions import Draft, Recorded
from app.core.gestures import Gesture
from app.core.ids import id_source
from app.core.notices import Notice
from app.core.screen import Account
from app.core.timer import Timer
from app.desktop.secrets import Secrets
from app.errors import DiskFull, FileTrouble
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.sync import clerk
from app.sync.desk import Desk
from app.sync.engine import Engine, Phase
from app.sync.events import (
    Done,
    Due,
    Effect,
    Event,
    ForDesk,
    ForNetwork,
    Kicked,
    NotDone,
    Send,
    Settle,
    Taken,
    Unanswered,
)
from app.sync.network import Calls
from server.domain.principal import Principal
from tests.fakes.clock import FakeClock
from tests.simulation.air import Air, Weather
from tests.simulation.history import End, History
from tests.simulation.office import Design

URL: Final = "http://127.0.0.1:8765"
VERSION: Final = "1"
HOPS: Final = 400
QUEUE: Final = "queue.sqlite3"
SECOND_COPY: Final = "queue.ndjson"
WRITING: Final = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT", "write", "sync", "cut", "move", "remove")

Note = Callable[["Device", Iterable[Recorded]], None]


class Died(BaseException):
    """The process is killed at a statement of its file."""


class NotingOutbox(Outbox):
    """Tells what `record` returned: from then on it must not be lost."""

    note: Callable[[Iterable[Recorded]], None]
    begun: Callable[[Iterable[Draft]], None]

    def record(self, drafts: Iterable[Draft], timer: Timer | None) -> tuple[Recorded, ...]:
        said = tuple(drafts)
        self.begun(said)
        done = super().record(said, timer)
        self.note(done)
        return done


class SimulatedClient(Client):
    def __init__(self, air: Air, clock: FakeClock) -> None:
        super().__init__(URL, version=VERSION, now=clock.now)
        self._transport: Any = air


@dataclass
class Purse:
    """A keyring: outside of the device's files, so that it does not go back with them. Nothing but a person takes a token away."""

    kept: dict[str, str] = field(default_factory=dict)
    forgotten: int = 0

    def get_password(self, _service: str, name: str, /) -> str | None:
        return self.kept.get(name)

    def set_password(self, _service: str, name: str, password: str, /) -> None:
        self.kept[name] = password

    def delete_password(self, _service: str, name: str, /) -> None:
        self.forgotten += 1
        del self.kept[name]


@dataclass
class Disk:
    """What befalls the file: the so-many-th statement from now on is the last; or there is no room."""

    die_in: int | None = None
    is_full: bool = False
    path: Path = Path()

    def __call__(self, statement: str) -> None:
        if self.is_full and statement.startswith(("INSERT INTO action", "UPDATE action")):
            raise DiskFull(self.path)
        if self.die_in is None or not statement.startswith(WRITING):
            return
        self.die_in -= 1
        if self.die_in < 0:
            self.die_in = None
            raise Died


def _nothing(_outbox: NotingOutbox) -> None:
    """After a request that failed."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which classes this simulation is made of; a planted bug is another class here."""

    outbox: type[NotingOutbox] = NotingOutbox
    desk: type[Desk] = Desk
    design: type[Design] = Design
    failed: Callable[[NotingOutbox], None] = _nothing


class Device:
    """`file`: the ids of all that is in its outbox for sure; `maybe`: of what was being recorded when it died."""

    def __init__(
        self,
        name: str,
        folder: Path,
        principal: Principal,
        weather: Weather,
        clock: FakeClock,
        random: Random,
        note: Note,
        kinds: Kinds,
        machine: str,
    ) -> None:
        self.name = name
        self.folder = folder
        self.principal = principal
        self.weather = weather
        self.clock = clock
        self.random = random
        self.kinds = kinds
        self.machine = machine
        self.disk = Disk(path=folder / QUEUE)
        self.purse = Purse()
        self.secrets = Secrets(folder, lambda: self.purse)
        self.air = Air(weather, principal, self._is_token)
        self.valid_token = principal.device_id
        self._account = self._account_of(principal)
        self._keep_token()
        self.notices: list[Notice] = []
        self.file: dict[str, None] = {}
        self.maybe: tuple[Draft, ...] = ()
        self.todo: deque[Event | Effect] = deque()
        self.mono = 0
        self.was_set = self.is_copied = False
        self.has_news_of = self._news_on_the_way = -1
        self._note = note
        self.start()

    # ---- the process --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.outbox = outbox = self.kinds.outbox.open(
            self.folder / QUEUE, make_device_id=self._new_device_id, fault=self.disk, machine=self.machine
        )
        outbox.note, outbox.begun = self._recorded, self._recording
        self.clock.reanchor(outbox.anchor())
        self.desk = self.kinds.desk(
            outbox, Cache.open(self.folder / "cache.sqlite3"), self.clock, self.notices.append
        )
        self.desk.new_id = id_source(self.clock, self.random.randbytes)
        self.calls = Calls(
            lambda _url: SimulatedClient(self.air, self.clock), self.secrets, VERSION, self.clock.reading
        )
        self.engine = Engine(self._account, self.random.random)
        self.todo = deque(self.engine.begin())
        self._settle_doubt()

    def kill(self) -> None:
        """Nothing is said good-bye to, and what was on its way within the process is gone."""
        self.todo.clear()
        self.desk.outbox._database.close()
        self.desk.cache.close()
        self.disk.die_in, self.disk.is_full = None, False  # somebody makes room before they try again
        self._history.end(self.name, [each.action_id for each in self.maybe], End.INFO)

    def sign_in(self) -> None:
        """The person does."""
        self._keep_token()
        self.engine = Engine(self._account, self.random.random)
        self.todo = deque(self.engine.begin())

    @property
    def has_token(self) -> bool:
        """One that the server takes."""
        return self.secrets.load(self._entry) == self.valid_token

    def _keep_token(self) -> None:
        self.secrets.store(self._entry, self.valid_token)

    @property
    def _entry(self) -> str:
        return f"{self._account.server_id}/{self._account.user_id}"

    def _account_of(self, who: Principal) -> Account:
        return Account(URL, self.weather.office.server.server_id, who.user_id, who.email, who.name)

    def copy_files(self, folder: Path) -> None:
        """Only while it is dead."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)

    # ---- its person -----------------------------------------------------------------------------------------------------

    def do(self, gesture: Gesture) -> bool:
        """False when there was no room. Died."""
        try:
            self.desk.record(gesture)
        except FileTrouble:
            self.not_recorded()
            return False
        self.kick()
        return True

    def not_recorded(self) -> None:
        """There was no room for it."""
        self._history.end(self.name, [each.action_id for each in self.maybe], End.FAIL)
        self.maybe = ()

    @property
    def _history(self) -> History:
        return self.weather.office.history

    def kick(self) -> None:
        self.todo.append(Kicked())

    # ---- its sync -------------------------------------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        return not self.todo and self.engine.phase is Phase.IDLE

    def hop(self) -> bool:
        """One thing is done; False when there is nothing to do before some time has passed. Died."""
        if not self.todo:
            if self.engine.due is None or self.engine.due > self.mono:
                return False
            self.todo.append(Due())
        each = self.todo.popleft()
        if isinstance(each, Event):
            self.todo.extend(self.engine.handle(each, self.mono))
        elif isinstance(each, ForNetwork):
            self._ask(each)
        else:
            self._write(each)
        return True

    def _ask(self, effect: ForNetwork) -> None:
        answer = self.calls.do(effect)
        if isinstance(effect, Send):
            self._news_on_the_way = self.weather.office.changes[self.principal.user_id]
            if isinstance(answer, Unanswered):
                self.kinds.failed(self.outbox)
        self.todo.append(answer)

    def _write(self, effect: ForDesk) -> None:
        before = self.desk.outbox.device_id
        done = clerk.do(self.desk, effect)
        if isinstance(done, NotDone):
            self.not_recorded()
        is_known = self.desk.outbox.device_id == before
        if isinstance(effect, Settle) and isinstance(done, Done) and is_known:
            self.has_news_of = self._news_on_the_way
        if done is not None:
            self.todo.append(done)

    def run(self, hops: int = HOPS) -> None:
        """As far as it comes, at most so many hops."""
        for _ in range(hops):
            if not self.hop():
                return

    @property
    def is_sending(self) -> bool:
        """It has read its clocks for a request that is not sent yet."""
        return any(isinstance(each, Taken | Send) for each in self.todo)

    def pass_time(self, seconds: int, *, asleep: bool = False) -> None:
        self.mono += seconds
        if asleep:
            self.clock.sleep_machine(seconds=seconds)
        else:
            self.clock.advance(seconds=seconds)

    # ---- what is known of its file ------------------------------------------------------------------------------------------

    def stored(self) -> list[str]:
        """Ids of the actions in its outbox, in order."""
        return [
            str(row[0]) for row in self.desk.outbox._database.run("SELECT action_id FROM action ORDER BY seq")
        ]

    def _recording(self, drafts: Iterable[Draft]) -> None:
        self.maybe = tuple(drafts)
        self._history.invoke(self.name, [each.action_id for each in self.maybe])

    def _recorded(self, done: Iterable[Recorded]) -> None:
        done = tuple(done)
        self.maybe = ()
        names = [each.action_id for each in done]
        self._history.end(self.name, names, End.OK)
        self.file.update(dict.fromkeys(names))
        self._note(self, done)

    def _settle_doubt(self) -> None:
        """What was being recorded when it died is there as a whole or not at all."""
        there = set(self.stored())
        wanted = [draft.action_id for draft in self.maybe]
        found = [
            each for each in self.desk.outbox.after(self.desk.outbox.acked_seq) if each.action_id in wanted
        ]
        assert len(found) in {0, len(wanted)}, "half a gesture was recorded"
        missing = [action_id for action_id in self.file if action_id not in there]
        assert not missing, f"{self.name} lost {missing}"
        if found:
            self._recorded(found)
        self.maybe = ()

    def _new_device_id(self) -> str:
        return f"{self.random.getrandbits(32):08x}-0000-4000-8000-{self.random.getrandbits(48):012x}"

    def _is_token(self, token: str | None) -> bool:
        return token == self.valid_token
