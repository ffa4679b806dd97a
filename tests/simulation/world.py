"""What happens, step by step, in the life of some people, their devices and their server?

One thread, virtual time, one seeded source of chance: the same seed is the same life.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from app.clock import NANO
from app.core import editing, gestures
from app.core.actions import Recorded
from app.core.attention import Choice, Decision, resolve
from app.core.editing import Changes
from app.core.gestures import Gesture
from app.core.logbook import LogStatus, OwnLog, Stretch, logbook
from app.core.timer import IssueRef, Timer
from app.errors import Refused
from server.domain.principal import Principal
from tests.fakes.clock import FakeClock
from tests.simulation.air import Weather
from tests.simulation.book import day_of
from tests.simulation.chances import Mix, mix_of
from tests.simulation.device import QUEUE, SECOND_COPY, Device, Died, Kinds
from tests.simulation.history import History
from tests.simulation.office import START, Backup, Office
from tests.simulation.rules import Story
from tests.simulation.singles import draw

LONG_WAIT_S: Final = 5 * 3600
CRASH_WITHIN: Final = 40  # statements of a request, or of a gesture
PRICES: Final = (250_000, 444_444, 999_999)
MOSTLY: Final = 0.9
EVEN: Final = 0.5
PAGE: Final = 4096
DECISIONS: Final = frozenset({Choice.KEEP, Choice.COUNT, Choice.DISCARD, Choice.ASK_MANAGER})
CROWD: Final = 8
BOOTED_S: Final = 20  # what the clock of these tests shows after a boot
UP_S: Final = 30 * 86_400
SET_BY_S: Final = (3600, -3600, 86_400, -86_400, -365 * 86_400)


@dataclass
class Kept:
    """Files of a device that were put away."""

    device: Device
    folder: Path
    file: dict[str, None]
    recorded: int


@dataclass
class World:
    """`durable`: all that `record` ever returned, by whom. `excused`: of it, what no file held any more at some moment."""

    seed: int
    office: Office
    folder: Path
    kinds: Kinds = field(default_factory=Kinds)
    durable: dict[str, tuple[Device, Recorded]] = field(default_factory=dict)
    excused: dict[str, None] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    mix: Mix | None = None
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
        getattr(self, f"do_{rule}")()

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

    def do_start(self) -> None:
        self._start(0)

    def do_ago(self) -> None:
        self._start(self.random.choice([60, 3600, 6 * 3600, 15 * 3600]))

    def _start(self, ago_s: int) -> None:
        device, issue = self.any_device(), self.any_issue()
        desk = device.desk
        self.gesture(
            device,
            lambda: gestures.start(desk.timer, issue, device.clock.reading(), desk.new_id, desk.rate, ago_s),
            "start",
            issue.key,
            ago_s or "",
        )

    def do_stop(self) -> None:
        device = self.one_who(lambda timer: timer is not None)
        self.gesture(
            device,
            lambda: gestures.stop(device.desk.timer, device.clock.reading(), device.desk.new_id),
            "stop",
        )

    def do_pause(self) -> None:
        device = self.one_who(lambda timer: timer is not None and timer.running_since is not None)
        self.gesture(
            device,
            lambda: gestures.pause(device.desk.timer, device.clock.reading(), device.desk.new_id),
            "pause",
        )

    def do_resume(self) -> None:
        device = self.one_who(lambda timer: timer is not None and timer.running_since is None)
        self.gesture(
            device,
            lambda: gestures.resume(device.desk.timer, device.clock.reading(), device.desk.new_id),
            "resume",
        )

    def do_wait(self) -> None:
        longest = self.chances.longest_wait_s
        self.pass_time(LONG_WAIT_S if self.random.random() < 0.03 else self.random.randint(1, longest))
        self.say("wait")

    def do_sleep(self) -> None:
        device = self.any_device()
        self.pass_time(self.random.randint(60, 4 * 3600), asleep=device)
        self.say(device.name, "slept")

    def do_set_wall(self) -> None:
        """Somebody sets the clock of a machine. What they do then is told by that machine alone, or nobody could tell when it was."""
        device, seconds = self.any_device(), self.random.choice(SET_BY_S)
        if not device.is_copied:
            device.was_set = True
            device.clock.set_wall(by_seconds=seconds)
            self.say(device.name, "clock set by", seconds)

    def do_reboot(self) -> None:
        """What was recorded before it is known by the wall clock alone, where the server has not met that session."""
        device = self.any_device()
        if device.was_set:
            return
        device.kill()
        device.pass_time(-60)
        self.pass_time(60)
        device.clock.reboot(minutes=1)
        self.office.boots[device.clock.ticks.session] = self.now - BOOTED_S
        device.start()
        self.say(device.name, "booted")

    # ---- by hand ----------------------------------------------------------------------------------------------------------------

    def do_add(self) -> None:
        device, issue = self.any_device(), self.any_issue()
        start = self.now - self.random.randint(60, 20 * 3600)
        end = min(self.now, start + self.random.choice([60, 1800, 4 * 3600]))
        desk = device.desk
        self.gesture(
            device,
            lambda: editing.add_log(desk.timer, issue, (start, end), device.clock.reading(), desk.new_id),
            "add",
            issue.key,
        )

    def do_edit(self) -> None:
        device, log = self._any_log()
        if log is None or log.end is None:
            return
        issue = self.any_issue() if self.random.random() < 0.4 else None
        start = log.start + self.random.randint(-1800, 1800) if self.random.random() < 0.5 else None
        end = (
            min(self.now, log.end + self.random.randint(-1800, 1800)) if self.random.random() < 0.5 else None
        )
        desk, changes = device.desk, Changes(issue=issue, start=start, end=end)
        self.gesture(
            device,
            lambda: editing.edit_log(desk.timer, log, changes, device.clock.reading(), desk.new_id),
            "edit",
            log.timer_id[-4:],
        )

    def do_split(self) -> None:
        device, log = self._any_log()
        if log is None or log.end is None or log.end - log.start < 2:
            return
        at = self.random.randrange(log.start + 1, log.end)
        desk = device.desk
        self.gesture(
            device,
            lambda: editing.split_log(desk.timer, log, at, (), device.clock.reading(), desk.new_id),
            "split",
            log.timer_id[-4:],
        )

    def do_void(self) -> None:
        device, log = self._any_log()
        if log is None:
            return
        desk = device.desk
        self.gesture(
            device,
            lambda: editing.void_log(desk.timer, log, device.clock.reading(), desk.new_id),
            "void",
            log.timer_id[-4:],
        )

    def do_decide(self) -> None:
        """About something that is held, as far as that needs no other time and no other issue."""
        device = self.one_who_needs()
        open_needs = [each for each in device.desk.needs() if DECISIONS & set(each.choices)]
        if not open_needs:
            return
        need = self.random.choice(open_needs)
        choice = self.random.choice(sorted(DECISIONS & set(need.choices)))
        desk = device.desk
        self.gesture(
            device,
            lambda: resolve(desk.timer, need, Decision(choice), device.clock.reading(), desk.new_id),
            "decide",
            need.item.code,
            choice,
        )

    def one_who_needs(self) -> Device:
        asked = [each for each in self.devices if each.desk.attention]
        return self.random.choice(asked) if asked else self.any_device()

    def _any_log(self) -> tuple[Device, OwnLog | None]:
        """One that the person sees: as the server has it, with what the device has recorded since."""
        device = self.any_device()
        outbox = device.desk.outbox
        stories = self.office.book.people[device.principal.user_id].stories.values()
        known = [log for log in map(_shown, stories) if log is not None]
        seen = logbook(known, outbox.after(outbox.acked_seq), lambda issue: IssueRef(issue, "", "", None))
        ended = [log for log in seen if log.status is LogStatus.STOPPED and not log.is_deleted]
        return device, self.random.choice(ended) if ended else None

    # ---- the network --------------------------------------------------------------------------------------------------------------

    def do_sync(self) -> None:
        self._sync(self.any_device(), 400)

    def do_hops(self) -> None:
        """Something else happens while this is under way."""
        self._sync(self.any_device(), self.random.randint(1, 6))

    def _sync(self, device: Device, hops: int) -> None:
        device.air.fault = self.chances.fault(self.random)
        device.air.crash_at = self.random.randrange(CRASH_WITHIN)
        device.kick()
        self.say(device.name, "sync", device.air.fault, hops)
        self.hop(device, hops)

    def hop(self, device: Device, hops: int) -> None:
        try:
            device.run(hops)
        except Died:
            self.say(device.name, "killed while syncing")
            self.restart(device)

    def do_stray(self) -> None:
        if self.weather.strays:
            number = self.random.randrange(len(self.weather.strays))
            self.say("a late request arrives")
            self.weather.land(number)

    def do_beat(self) -> None:
        device = self.any_device()
        try:
            device.desk.beat()
        except Died:
            self.say(device.name, "killed while noting that it is alive")
            self.restart(device)

    def do_portal(self) -> None:
        device = self.any_device()
        device.air.is_portal = not device.air.is_portal
        self.say(device.name, "portal", device.air.is_portal)

    def do_expire(self) -> None:
        """Its sign-in ends; the person has a new one at once, or some time later."""
        device = self.any_device()
        device.valid_token = f"token-{self.random.getrandbits(32):08x}"
        self.say(device.name, "token expired")
        if self.random.random() < 0.5:
            device.sign_in()

    # ---- the device's files ---------------------------------------------------------------------------------------------------------

    def do_die(self) -> None:
        device = self.any_device()
        self.say(device.name, "killed")
        self.restart(device)

    def do_die_recording(self) -> None:
        """At some statement of whatever it writes next."""
        device = self.any_device()
        device.disk.die_in = self.random.randrange(CRASH_WITHIN)
        self.say(device.name, "dies in", device.disk.die_in)

    def do_disk(self) -> None:
        device = self.any_device()
        device.disk.is_full = not device.disk.is_full
        self.say(device.name, "disk full", device.disk.is_full)

    def do_damage(self) -> None:
        """To one of the two files in which everything stands."""
        device = self.any_device()
        self.restart(device)  # with both of them whole
        device.kill()
        name = self.random.choice([QUEUE, QUEUE, SECOND_COPY])
        how = _damage(device.folder / name, self.random)
        device.start()
        self.say(device.name, name, how)

    def do_copy_profile(self) -> None:
        device = self.any_device()
        if len(self.devices) >= CROWD or device.was_set:
            return
        device.is_copied = True
        device.kill()
        folder = self.folder / f"d{len(self.devices)}"
        device.copy_files(folder)
        device.start()
        copy = self.add_device(device.principal, device)
        self.say(device.name, "copied to", copy.name)

    def do_keep_files(self) -> None:
        device = self.any_device()
        device.kill()
        folder = self.folder / f"kept{len(self.kept)}"
        device.copy_files(folder)
        device.start()
        self.kept.append(Kept(device, folder, dict(device.file), len(self.durable)))
        self.say(device.name, "files kept")

    def do_restore_files(self) -> None:
        if not self.kept:
            return
        kept = self.random.choice(self.kept)
        device = kept.device
        self.say(device.name, "files restored")
        device.kill()
        shutil.rmtree(device.folder)
        shutil.copytree(kept.folder, device.folder)
        device.file, device.maybe, device.has_news_of = dict(kept.file), (), -1
        self._excuse()
        device.start()

    def do_server_backup(self) -> None:
        self.backup = self.office.back_up()
        self.say("server backed up")

    def do_server_restore(self) -> None:
        self.say("server restored")
        self.office.restore(self.backup)
        self.weather.met.clear()
        self.weather.strays.clear()  # what was on its way was so to a server that is gone
        self._excuse()

    def _excuse(self) -> None:
        """The promise ends where no copy is left: neither in a file nor on the server nor in a backup of it, nor on its way."""
        held: dict[str, None] = {}
        for person in self.office.book.people.values():
            held.update(dict.fromkeys(person.known))
        for device in self.devices:
            held.update(device.file)
        for action_id in self.durable:
            if action_id not in held:
                self.excused[action_id] = None

    # ---- managers ---------------------------------------------------------------------------------------------------------------------

    def do_delete_issue(self) -> None:
        issue = self.random.choice(self.office.issues[:6])
        self.office.delete_issue(issue, is_deleted=True)
        self.say("issue deleted", issue)

    def do_undelete_issue(self) -> None:
        for issue, place in list(self.office.book.rules.places.items()):
            if place.is_deleted:
                self.office.delete_issue(issue, is_deleted=False)
                self.say("issue there again", issue)

    def do_close_period(self) -> None:
        project = self.random.choice([None, *self.office.projects[:2]])
        self.office.close_yesterday(project)
        self.say("closed yesterday", project)

    def do_reopen(self) -> None:
        periods = list(self.office.book.rules.periods)
        if periods:
            self.office.reopen(self.random.choice(periods))
            self.say("reopened")

    def do_lock(self) -> None:
        project = self.random.choice(self.office.projects[:2])
        self.office.lock(project, self.now - self.random.choice([0, 600, 3600]))
        self.say("locked", project)

    def do_unlock(self) -> None:
        self.office.lock(self.random.choice(self.office.projects[:2]), None)
        self.say("unlocked")

    def do_rate(self) -> None:
        who = self.random.choice(self.office.people)
        since = day_of(self.now - self.random.choice([0, 86_400, -86_400]))
        self.office.set_rate(who.user_id, self.random.choice(PRICES), since)
        self.say("rate", who.user_id, since)

    def do_elsewhere(self) -> None:
        """At another machine, without the app."""
        principal = self.random.choice(self.office.people[: self.chances.users])
        way, work = draw(self.office, principal, self.any_issue().id, self.random)
        done = work is not None and self.office.ask(principal, work)
        self.say("elsewhere", principal.user_id, way, "" if done else "refused")


def _shown(story: Story) -> OwnLog | None:
    stretches = [each for each in story.stretches() if not each.is_void]
    if not stretches or story.issue is None or any(each.end is None for each in stretches):
        return None
    parts = tuple(
        Stretch(each.claim, each.start, each.end) for each in sorted(stretches, key=lambda s: s.begun)
    )
    return OwnLog(
        story.timer,
        None,
        story.revision,
        IssueRef(story.issue, "", "", None),
        LogStatus.STOPPED,
        parts[0].start,
        max(each.end or 0 for each in parts),
        0,
        stretches=parts,
    )


def _damage(path: Path, random: Random) -> str:
    content = bytearray(path.read_bytes()) if path.exists() else bytearray()
    if not content:
        return "was empty"
    how = random.choice(["removed", "cut", "zeroed", "flipped"])
    at = random.randrange(len(content))
    match how:
        case "removed":
            path.unlink()
            return how
        case "cut":
            del content[at:]
        case "zeroed":
            start = at // PAGE * PAGE
            content[start : start + PAGE] = bytes(len(content[start : start + PAGE]))
        case _:
            content[at] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    return f"{how} at {at}"
