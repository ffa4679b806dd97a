"""What befalls the network, the devices, their clocks and files, and the server?"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Final

from tests.simulation.device import QUEUE, SECOND_COPY, Device, Died
from tests.simulation.world import Kept, World

LONG_WAIT_S: Final = 5 * 3600
CRASH_WITHIN: Final = 40  # statements of a request, or of a gesture
EVEN: Final = 0.5
PAGE: Final = 4096
CROWD: Final = 8
BOOTED_S: Final = 20  # what the clock of these tests shows after a boot
SET_BY_S: Final = (3600, -3600, 86_400, -86_400, -365 * 86_400)


def wait(world: World) -> None:
    longest = world.chances.longest_wait_s
    world.pass_time(LONG_WAIT_S if world.random.random() < 0.03 else world.random.randint(1, longest))
    world.say("wait")


def sleep(world: World) -> None:
    device = world.any_device()
    world.pass_time(world.random.randint(60, 4 * 3600), asleep=device)
    world.say(device.name, "slept")


def set_wall(world: World) -> None:
    """Somebody sets the clock of a machine. What they do then is told by that machine alone, or nobody could tell when it was."""
    device, seconds = world.any_device(), world.random.choice(SET_BY_S)
    if not device.is_copied:
        device.was_set = True
        device.clock.set_wall(by_seconds=seconds)
        world.say(device.name, "clock set by", seconds)


def reboot(world: World) -> None:
    """What was recorded before it is known by the wall clock alone, where the server has not met that session."""
    device = world.any_device()
    if device.was_set:
        return
    device.kill()
    device.pass_time(-60)
    world.pass_time(60)
    device.clock.reboot(minutes=1)
    world.office.boots[device.clock.ticks.session] = world.now - BOOTED_S
    device.start()
    world.say(device.name, "booted")


def sync(world: World) -> None:
    _sync(world, world.any_device(), 400)


def hops(world: World) -> None:
    """Something else happens while this is under way."""
    _sync(world, world.any_device(), world.random.randint(1, 6))


def _sync(world: World, device: Device, hops: int) -> None:
    device.air.fault = world.chances.fault(world.random)
    device.air.crash_at = world.random.randrange(CRASH_WITHIN)
    device.kick()
    world.say(device.name, "sync", device.air.fault, hops)
    world.hop(device, hops)


def stray(world: World) -> None:
    if world.weather.strays:
        number = world.random.randrange(len(world.weather.strays))
        world.say("a late request arrives")
        world.weather.land(number)


def beat(world: World) -> None:
    device = world.any_device()
    try:
        device.desk.beat()
    except Died:
        world.say(device.name, "killed while noting that it is alive")
        world.restart(device)


def portal(world: World) -> None:
    device = world.any_device()
    device.air.is_portal = not device.air.is_portal
    world.say(device.name, "portal", device.air.is_portal)


def expire(world: World) -> None:
    """Its sign-in ends; the person has a new one at once, or some time later."""
    device = world.any_device()
    device.valid_token = f"token-{world.random.getrandbits(32):08x}"
    world.say(device.name, "token expired")
    if world.random.random() < 0.5:
        device.sign_in()


def die(world: World) -> None:
    device = world.any_device()
    world.say(device.name, "killed")
    world.restart(device)


def die_recording(world: World) -> None:
    """At some statement of whatever it writes next."""
    device = world.any_device()
    device.disk.die_in = world.random.randrange(CRASH_WITHIN)
    world.say(device.name, "dies in", device.disk.die_in)


def disk(world: World) -> None:
    device = world.any_device()
    device.disk.is_full = not device.disk.is_full
    world.say(device.name, "disk full", device.disk.is_full)


def damage(world: World) -> None:
    """To one of the two files in which everything stands."""
    device = world.any_device()
    world.restart(device)  # with both of them whole
    device.kill()
    name = world.random.choice([QUEUE, QUEUE, SECOND_COPY])
    how = _damage(device.folder / name, world.random)
    device.start()
    world.say(device.name, name, how)


def copy_profile(world: World) -> None:
    device = world.any_device()
    if len(world.devices) >= CROWD or device.was_set:
        return
    device.is_copied = True
    device.kill()
    folder = world.folder / f"d{len(world.devices)}"
    device.copy_files(folder)
    device.start()
    copy = world.add_device(device.principal, device)
    world.say(device.name, "copied to", copy.name)


def keep_files(world: World) -> None:
    device = world.any_device()
    device.kill()
    folder = world.folder / f"kept{len(world.kept)}"
    device.copy_files(folder)
    device.start()
    world.kept.append(Kept(device, folder, dict(device.file)))
    world.say(device.name, "files kept")


def restore_files(world: World) -> None:
    if not world.kept:
        return
    kept = world.random.choice(world.kept)
    device = kept.device
    world.say(device.name, "files restored")
    device.kill()
    shutil.rmtree(device.folder)
    shutil.copytree(kept.folder, device.folder)
    device.file, device.maybe, device.has_news_of = dict(kept.file), (), -1
    world.excuse()
    device.start()


def server_backup(world: World) -> None:
    world.backup = world.office.back_up()
    world.say("server backed up")


def server_restore(world: World) -> None:
    world.say("server restored")
    world.office.restore(world.backup)
    world.weather.met.clear()
    world.weather.strays.clear()  # what was on its way was so to a server that is gone
    world.excuse()


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
