"""What happens, step by step, in the life of some people, their devices and their server?

One thread, virtual time, one seeded source of chance: the same seed is the same life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from app.clock import NANO
from app.core.actions import Recorded
from app.core.gestures import Gesture
from app.core.timer import IssueRef, Timer
from app.errors import Refused
from server.domain.principal import Principal
from tests.fakes.clock import FakeClock
from tests.simulation.air import Weather
from tests.simulation.chances import Mix, mix_of
from tests.simulation.device import Device, Died, Kinds
from tests.simulation.history import History
from tests.simulation.office import START, Backup, Office

MOSTLY: Final = 0.9
EVEN: Final = 0.5
UP_S: Final = 30 * 86_400

Rule = Callable[["World"], None]
"""One step of a life."""


@dataclass
class Kept:
    """Files of a device that were put away."""

    device: Device
    folder: Path
    file: dict[str, None]


@dataclass
class World:
    """`rules`: what can happen in a step, by name.

    `durable`: all that `record` ever returned, by whom. `excused`: of it, what no file held any more at some moment.
    """

    seed: int
    office: Office
    folder: Path
    kinds: Kinds = field(default_factory=Kinds)
    durable: dict[str, tuple[Device, Recorded]] = field(default_factory=dict)
    excused: dict[str, None] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    mix: Mix | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)
    now: int = START

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.chances: Mix = self.mix or mix_of(self.random)
        self.now = START + self.random.randrange(0, 4 * 3600)
        self.office.begin(self.now, self.kinds.design())
        self.weather = Weather(self.office)
        self.backup: Backup = self.office.back_up()
        self.kept: list[Kept] = []
        self.devices: list[Device] = []
        for number in range(self.chances.devices):
            self.add_device(self.office.people[number % self.chances.users])

    # ---- what there is ----------------------------------------------------------------------------------------------------

    def add_device(self, principal: Principal, copied_from: Device | None = None) -> Device:
        """A copy may be a whole machine's, which does not know that it is one."""
        number = len(self.devices)
        machine = f"machine-{number}"
        if copied_from is not None and self.random.random() < EVEN:
            machine = copied_from.machine
        clock = FakeClock(start=self.now, tz="UTC")
        clock.ticks.session = f"{number:08x}-1111-4111-8111-111111111111"
        clock.ticks.mono, clock.ticks.awake = UP_S * NANO, (UP_S - 5000) * NANO
        clock.restart_program()
        self.office.boots[clock.ticks.session] = self.now - UP_S
        device = Device(
            f"d{number}",
            self.folder / f"d{number}",
            principal,
            self.weather,
            clock,
            Random(f"{self.seed}/{number}"),
            self._note,
            self.kinds,
            machine,
        )
        if copied_from is not None:
            device.file, device.is_copied = dict(copied_from.file), True
        self.devices.append(device)
        return device

    def say(self, *words: object) -> None:
        self.trace.append(f"{self.now - START:>6} " + " ".join(str(each) for each in words))

    @property
    def history(self) -> History:
        return self.office.history

    def _note(self, device: Device, done: Iterable[Recorded]) -> None:
        for each in done:
            assert each.action_id not in self.durable, "an id was given twice"
            self.durable[each.action_id] = (device, each)

    # ---- steps --------------------------------------------------------------------------------------------------------------

    def step(self, number: int) -> None:
        """Each has chances of its own, so that one can be left out and the others stay what they are."""
        self.random = Random(f"{self.seed}/{number}")
        rule = self.chances.rule(self.random)
        self.rules[rule](self)

    def pass_time(self, seconds: int, *, asleep: Device | None = None) -> None:
        for device in self.devices:
            while device.is_sending:
                self.hop(device, 1)
        self.weather.clear()
        self.now += seconds
        self.office.now = self.now
        for device in self.devices:
            device.pass_time(seconds, asleep=device is asleep)

    def any_device(self) -> Device:
        return self.random.choice(self.devices)

    def one_who(self, can: Callable[[Timer | None], bool]) -> Device:
        """Most of the time one whose timer is so."""
        able = [each for each in self.devices if can(each.desk.timer)]
        return self.random.choice(able) if able and self.random.random() < MOSTLY else self.any_device()

    def any_issue(self) -> IssueRef:
        number = self.random.randrange(len(self.office.issues) - 3)
        issue = self.office.issues[number]
        return IssueRef(issue, f"I-{number}", "", self.office.book.rules.places[issue].project)

    def gesture(self, device: Device, make: Callable[[], Gesture], *words: object) -> None:
        try:
            gesture = make()
        except Refused as refused:
            self.say(device.name, *words, "refused", type(refused).__name__)
            return
        kinds = ",".join(draft.kind for draft in gesture.drafts)
        try:
            done = device.do(gesture)
        except Died:
            self.say(device.name, *words, kinds, "killed")
            self.restart(device)
            return
        self.say(device.name, *words, kinds, "" if done else "no room")

    def restart(self, device: Device) -> None:
        device.kill()
        device.start()

    def hop(self, device: Device, hops: int) -> None:
        try:
            device.run(hops)
        except Died:
            self.say(device.name, "killed while syncing")
            self.restart(device)

    def excuse(self) -> None:
        """The promise ends where no copy is left: neither in a file nor on the server nor in a backup of it, nor on its way."""
        held: dict[str, None] = {}
        for person in self.office.book.people.values():
            held.update(dict.fromkeys(person.known))
        for device in self.devices:
            held.update(device.file)
        for action_id in self.durable:
            if action_id not in held:
                self.excused[action_id] = None
