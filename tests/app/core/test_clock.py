"""Does the clock keep durations right whatever happens to the wall clock?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.clock import NANO, Anchor, ServerAnchor, SystemClock, system_ticks, system_zone
from tests.fakes.clock import START, FakeClock, FakeTicks


def test_a_wall_clock_that_is_set_does_not_move_now() -> None:
    clock = FakeClock()
    clock.advance(minutes=1)
    clock.set_wall(by_seconds=7200)
    assert clock.now() == START + 60
    clock.set_wall(by_seconds=-14_400)
    assert clock.now() == START + 60


def test_the_wall_clock_is_looked_at_again_when_nothing_runs() -> None:
    clock = FakeClock()
    clock.set_wall(by_seconds=3600)
    clock.reanchor()
    assert clock.now() == START + 3600


def test_a_restarted_program_goes_on_from_the_open_stretch() -> None:
    clock = FakeClock()
    anchor = Anchor(clock.reading().session, clock.reading().mono_s, clock.now())
    clock.advance(minutes=10)
    clock.set_wall(by_seconds=-3600)
    clock.restart_program()
    assert clock.now() == START + 600 - 3600
    clock.reanchor(anchor)
    assert clock.now() == START + 600


def test_a_restarted_program_goes_on_to_the_very_second() -> None:
    """The parts of a second that two runs cut off differ; a stretch that is open must not change for that."""
    clock = FakeClock()
    clock.advance(seconds=0.7)
    opened = clock.reading()
    clock.ticks.wall += 400_000_000
    clock.restart_program()
    clock.reanchor(Anchor(opened.session, opened.mono_s, opened.wall))
    clock.advance(minutes=1)
    assert clock.now() - opened.wall == clock.reading().mono_s - opened.mono_s


def test_the_servers_time_is_followed_in_its_own_session_only() -> None:
    clock = FakeClock()
    here = clock.reading()
    assert (here.now, here.off_ms) == (here.wall, None)
    clock.follow(ServerAnchor(here.session, here.wall - here.mono_s + 86_400))
    clock.set_wall(by_seconds=-7200)
    clock.advance(minutes=1)
    reading = clock.reading()
    assert (clock.now(), reading.now) == (here.wall + 86_460, here.wall + 86_460)
    assert (reading.wall, reading.off_ms) == (here.wall + 60, 86_400_000)
    clock.follow(ServerAnchor("another boot", 5))
    assert clock.now() == here.wall + 60
    clock.follow(None)
    assert clock.reading().off_ms is None


def test_a_wall_clock_that_is_set_between_two_timers_changes_the_offset_and_not_the_time() -> None:
    clock = FakeClock()
    here = clock.reading()
    clock.follow(ServerAnchor(here.session, here.wall - here.mono_s))
    clock.set_wall(by_seconds=-3600)
    clock.reanchor()
    reading = clock.reading()
    assert (reading.now, reading.wall, reading.off_ms) == (here.now, here.wall - 3600, 3_600_000)


def test_an_anchor_of_another_boot_says_nothing() -> None:
    clock = FakeClock()
    anchor = Anchor(clock.reading().session, 1, 1_000_000_000)
    clock.reboot(minutes=2)
    clock.reanchor(anchor)
    assert clock.now() == START + 120


def test_after_the_rest_of_a_second_now_has_gone_on() -> None:
    clock = FakeClock()
    for passed in (0.0, 0.2504, 0.7):
        clock.advance(seconds=passed)
        before = clock.now()
        rest_ms = clock.until_next_second_ms()
        clock.advance(seconds=(rest_ms - 1) / 1000)
        assert clock.now() == before
        clock.advance(seconds=0.001)
        assert clock.now() == before + 1


def test_a_reading_is_truncated_and_knows_sleep() -> None:
    clock = FakeClock()
    clock.advance(seconds=1.9996)
    clock.sleep_machine(seconds=10)
    reading = clock.reading()
    assert (reading.wall, reading.mono_s, reading.mono_ms, reading.awake_s) == (
        START + 11, 5011, 5_011_999, 4001,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tz", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("Etc/GMT+1", "Etc/GMT+1"),
        ("UTC", "UTC"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "UTC"),
        ("<+0330>-3:30", "UTC"),
        ("/home/me/secret", "UTC"),
        ("Europe/" + "x" * 80, "UTC"),
    ],
)
def test_a_zone_has_its_iana_name_or_is_utc(tz: str, name: str) -> None:
    assert SystemClock(FakeTicks(wall=START * NANO), tz=tz).reading().tz == name


def test_without_the_variable_the_machine_is_asked() -> None:
    clock = SystemClock(FakeTicks(wall=START * NANO), zone=lambda: "Africa/Nairobi")
    assert clock.reading().tz == "Africa/Nairobi"


def test_this_machine_has_clocks() -> None:
    ticks = system_ticks()
    assert ticks.session
    assert len(ticks.session) <= 64
    assert 0 < ticks.awake_ns() <= ticks.mono_ns() + NANO
    earlier = ticks.mono_ns()
    assert ticks.mono_ns() >= earlier
    assert abs(SystemClock(ticks).now() - time.time_ns() // NANO) <= 1
    assert system_zone()


def test_two_clocks_of_one_boot_share_the_session() -> None:
    assert system_ticks().session == system_ticks().session


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="only Linux has this file")
def test_without_a_boot_id_each_run_is_its_own_session(tmp_path: Path) -> None:
    from app.clock import LinuxTicks  # noqa: PLC0415  # exists on Linux only

    missing = tmp_path / "boot_id"
    assert LinuxTicks(missing).session != LinuxTicks(missing).session
