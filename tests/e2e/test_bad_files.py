"""Is nothing lost, and is it said plainly, when the device's own files fail?"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.e2e.company import Company
from tests.e2e.desktop import Desktop
from tests.e2e.eventually import eventually
from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.lived import each_action_once, everything_arrived
from tests.e2e.programs import run
from tests.e2e.workstation import NewDevice, Workstation

SMALL: int = 2 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path, desktop: Desktop) -> Iterator[Path]:
    """A file system of two megabytes; making one needs root."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", str(place)], desktop.environment)
    if mounted.code:
        words = f"no small file system can be made here: {mounted.err.strip()}"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    yield place
    run(["umount", "--lazy", str(place)], desktop.environment)


def outbox_file(app: Workstation) -> Path:
    (path,) = app.profile.glob("queue-*.sqlite3")
    return path


def test_no_space_for_the_outbox(
    small_disk: Path, desktop: Desktop, network: FaultProxy, server: Company
) -> None:
    """Nothing is shown that is not on the disk; with space again, work goes on."""
    app = Workstation(desktop, small_disk)
    app.start()
    try:
        app.sign_in(network.url)
        everything_arrived(app)
        full = fill(small_disk)
        done = app.command("start", "BP-123")
        assert done.code == 1
        assert "full" in done.err
        assert app.status()["status"] == "idle"
        assert app.status()["sync"]["waiting"] == 0

        full.unlink()
        app.do("start", "BP-123")
        app.do("stop")
        everything_arrived(app)
        each_action_once(server, ["timer.start", "timer.stop"])
    finally:
        app.kill9()


def test_a_stop_on_a_full_disk(
    small_disk: Path, desktop: Desktop, network: FaultProxy, server: Company
) -> None:
    """What runs can be ended, also after a crash, and nothing new begins."""
    app = Workstation(desktop, small_disk)
    app.start()
    try:
        app.sign_in(network.url)
        everything_arrived(app)
        network.pull_the_cable()
        app.do("start", "BP-123")
        full = fill(small_disk)
        app.do("stop", "-m", "x" * 9000)
        assert app.command("start", "BP-123").code == 1
        app.kill9()
        app.start()
        assert (app.status()["status"], app.status()["sync"]["waiting"]) == ("idle", 2)

        full.unlink()
        network.plug_it_in()
        everything_arrived(app)
        each_action_once(server, ["timer.start", "timer.stop"])
    finally:
        app.kill9()


def fill(place: Path) -> Path:
    """A file that takes all the room there is."""
    path = place / "full"
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return path


def test_an_outbox_from_a_newer_version(annas_app: Workstation, network: FaultProxy) -> None:
    """It is not touched, and the app says what to do."""
    everything_arrived(annas_app)
    network.pull_the_cable()
    annas_app.do("start", "BP-123")
    annas_app.kill9()
    path = outbox_file(annas_app)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = sha256(path.read_bytes()).digest()

    annas_app.start()
    done = annas_app.command("start", "BP-123")
    assert done.code == 1
    assert "newer" in done.err
    annas_app.do("quit")
    assert annas_app.program.wait() == 0
    assert sha256(path.read_bytes()).digest() == before


def test_a_damaged_outbox_is_kept_and_nothing_of_it_is_lost(
    annas_app: Workstation, network: FaultProxy, server: Company
) -> None:
    everything_arrived(annas_app)
    annas_app.do("start", "BP-123")
    everything_arrived(annas_app)
    network.pull_the_cable()
    annas_app.do("stop")
    annas_app.do("start", "BP-123")
    annas_app.kill9()
    path = outbox_file(annas_app)
    path.write_bytes(b"this is no database" * 100)

    annas_app.start()
    assert annas_app.status()["status"] == "running"
    network.plug_it_in()
    annas_app.do("stop")
    everything_arrived(annas_app)
    annas_app.do("quit")
    assert annas_app.program.wait() == 0
    kept = [each for each in annas_app.profile.iterdir() if each.name.startswith("queue-")]
    assert any(b"this is no database" in each.read_bytes() for each in kept)
    ((count,),) = server.rows("SELECT count(*) FROM applied_actions WHERE device_id IS NOT NULL")
    assert count == 4


def test_a_lost_cache_is_fetched_again(annas_app: Workstation) -> None:
    everything_arrived(annas_app)
    annas_app.kill9()
    for path in annas_app.profile.glob("cache-*"):
        path.unlink()
    annas_app.start()
    eventually(lambda: annas_app.command("start", "BP-123").code == 0, "the issues to be there again")


def test_a_copied_profile_becomes_a_second_device(
    annas_app: Workstation, new_device: NewDevice, server: Company
) -> None:
    """Both copies go on with the same numbers; nothing of either is lost."""
    annas_app.do("start", "BP-123")
    annas_app.do("stop")
    everything_arrived(annas_app)
    annas_app.kill9()
    copy = new_device("copy")
    shutil.copytree(annas_app.profile, copy.profile)

    for device in (annas_app, copy):
        device.start()
        device.do("start", "BP-123")
        device.do("stop")
        everything_arrived(device)
        device.kill9()

    ((count,),) = server.rows("SELECT count(*) FROM applied_actions WHERE device_id IS NOT NULL")
    ((devices,),) = server.rows("SELECT count(DISTINCT device_id) FROM device_actions")
    assert (count, devices) == (6, 2)
