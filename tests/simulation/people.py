"""What does a person do at a device of theirs, or at another machine?"""

from __future__ import annotations

from typing import Final

from app.core import editing, gestures
from app.core.attention import Choice, Decision, resolve
from app.core.editing import Changes
from app.core.logbook import LogStatus, OwnLog, Stretch, logbook
from app.core.timer import IssueRef
from tests.simulation.device import Device
from tests.simulation.rules import Story
from tests.simulation.singles import draw
from tests.simulation.world import World

DECISIONS: Final = frozenset({Choice.KEEP, Choice.COUNT, Choice.DISCARD, Choice.ASK_MANAGER})


def start(world: World) -> None:
    _start(world, 0)


def ago(world: World) -> None:
    _start(world, world.random.choice([60, 3600, 6 * 3600, 15 * 3600]))


def _start(world: World, ago_s: int) -> None:
    device, issue = world.any_device(), world.any_issue()
    desk = device.desk
    world.gesture(
        device,
        lambda: gestures.start(desk.timer, issue, device.clock.reading(), desk.new_id, desk.rate, ago_s),
        "start",
        issue.key,
        ago_s or "",
    )


def stop(world: World) -> None:
    device = world.one_who(lambda timer: timer is not None)
    world.gesture(
        device,
        lambda: gestures.stop(device.desk.timer, device.clock.reading(), device.desk.new_id),
        "stop",
    )


def pause(world: World) -> None:
    device = world.one_who(lambda timer: timer is not None and timer.running_since is not None)
    world.gesture(
        device,
        lambda: gestures.pause(device.desk.timer, device.clock.reading(), device.desk.new_id),
        "pause",
    )


def resume(world: World) -> None:
    device = world.one_who(lambda timer: timer is not None and timer.running_since is None)
    world.gesture(
        device,
        lambda: gestures.resume(device.desk.timer, device.clock.reading(), device.desk.new_id),
        "resume",
    )


def add(world: World) -> None:
    device, issue = world.any_device(), world.any_issue()
    start = world.now - world.random.randint(60, 20 * 3600)
    end = min(world.now, start + world.random.choice([60, 1800, 4 * 3600]))
    desk = device.desk
    world.gesture(
        device,
        lambda: editing.add_log(desk.timer, issue, (start, end), device.clock.reading(), desk.new_id),
        "add",
        issue.key,
    )


def edit(world: World) -> None:
    device, log = _any_log(world)
    if log is None or log.end is None:
        return
    issue = world.any_issue() if world.random.random() < 0.4 else None
    start = log.start + world.random.randint(-1800, 1800) if world.random.random() < 0.5 else None
    end = min(world.now, log.end + world.random.randint(-1800, 1800)) if world.random.random() < 0.5 else None
    desk, changes = device.desk, Changes(issue=issue, start=start, end=end)
    world.gesture(
        device,
        lambda: editing.edit_log(desk.timer, log, changes, device.clock.reading(), desk.new_id),
        "edit",
        log.timer_id[-4:],
    )


def split(world: World) -> None:
    device, log = _any_log(world)
    if log is None or log.end is None or log.end - log.start < 2:
        return
    at = world.random.randrange(log.start + 1, log.end)
    desk = device.desk
    world.gesture(
        device,
        lambda: editing.split_log(desk.timer, log, at, (), device.clock.reading(), desk.new_id),
        "split",
        log.timer_id[-4:],
    )


def void(world: World) -> None:
    device, log = _any_log(world)
    if log is None:
        return
    desk = device.desk
    world.gesture(
        device,
        lambda: editing.void_log(desk.timer, log, device.clock.reading(), desk.new_id),
        "void",
        log.timer_id[-4:],
    )


def decide(world: World) -> None:
    """About something that is held, as far as that needs no other time and no other issue."""
    device = _one_who_needs(world)
    open_needs = [each for each in device.desk.needs() if DECISIONS & set(each.choices)]
    if not open_needs:
        return
    need = world.random.choice(open_needs)
    choice = world.random.choice(sorted(DECISIONS & set(need.choices)))
    desk = device.desk
    world.gesture(
        device,
        lambda: resolve(desk.timer, need, Decision(choice), device.clock.reading(), desk.new_id),
        "decide",
        need.item.code,
        choice,
    )


def _one_who_needs(world: World) -> Device:
    asked = [each for each in world.devices if each.desk.attention]
    return world.random.choice(asked) if asked else world.any_device()


def _any_log(world: World) -> tuple[Device, OwnLog | None]:
    """One that the person sees: as the server has it, with what the device has recorded since."""
    device = world.any_device()
    outbox = device.desk.outbox
    stories = world.office.book.people[device.principal.user_id].stories.values()
    known = [log for log in map(_shown, stories) if log is not None]
    seen = logbook(known, outbox.after(outbox.acked_seq), lambda issue: IssueRef(issue, "", "", None))
    ended = [log for log in seen if log.status is LogStatus.STOPPED and not log.is_deleted]
    return device, world.random.choice(ended) if ended else None


def elsewhere(world: World) -> None:
    """At another machine, without the app."""
    principal = world.random.choice(world.office.people[: world.chances.users])
    way, work = draw(world.office, principal, world.any_issue().id, world.random)
    done = work is not None and world.office.ask(principal, work)
    world.say("elsewhere", principal.user_id, way, "" if done else "refused")


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
