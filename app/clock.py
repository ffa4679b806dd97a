"""What time is it, and how much time has passed on this machine?

`now` goes by the monotonic clock, sleep included: from the server's time where that is known in this clock session, else from
the wall clock when the program started. A wall clock that is set while a timer runs changes no duration. `Reading` is what an
action remembers of the clocks.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

if sys.platform != "linux":
    import ctypes
if sys.platform == "win32":
    import hashlib
    import winreg

NANO: Final = 1_000_000_000
ZONE_NAME: Final = re.compile(r"[A-Za-z]{3,14}|(?=.{3,64}$)[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+")


@dataclass(frozen=True, slots=True)
class ServerAnchor:
    """In clock session `session`, monotonic second 0 was the server's epoch second `mono0_s` (sync.md 2.9)."""

    session: str
    mono0_s: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The clocks at one instant.

    `wall`: epoch seconds by this device's own clock. `session`: names the boot whose monotonic clock this is. `mono_s`,
    `mono_ms`: since boot, sleep included. `awake_s`: since boot, sleep excluded. `tz`: IANA name. All truncated. `anchor`: the
    server's time in this session; None when it was never learned.
    """

    wall: int
    session: str
    mono_s: int
    mono_ms: int
    awake_s: int
    tz: str
    anchor: ServerAnchor | None = None

    @property
    def now(self) -> int:
        """Epoch seconds as they are shown: the server's where they are known."""
        return self.wall if self.anchor is None else self.anchor.mono0_s + self.mono_s

    @property
    def off_ms(self) -> int | None:
        """The server's time minus this device's; None when it was never learned in this session."""
        return None if self.anchor is None else (self.now - self.wall) * 1000

    @property
    def slept_s(self) -> int:
        """Seconds since boot in which the machine slept."""
        return max(0, self.mono_s - self.awake_s)


@dataclass(frozen=True, slots=True)
class Anchor:
    """In clock session `session`, monotonic second `mono_s` was epoch second `wall` of the device's own clock."""

    session: str
    mono_s: int
    wall: int


class Clock(Protocol):
    def now(self) -> int:
        """Epoch seconds, the server's where they are known."""

    def until_next_second_ms(self) -> int:
        """After how many milliseconds, 1 to 1000, `now` will have gone on."""

    def reading(self) -> Reading:
        """All clocks at this instant."""

    def reanchor(self, anchor: Anchor | None = None) -> None:
        """Look at the wall clock again; only while no timer is open.

        With an `anchor` of this boot, go on counting from it: a wall clock set between two runs of the program
        changes no duration either.
        """

    def follow(self, anchor: ServerAnchor | None) -> None:
        """Go by the server's time from now on; by the device's own for None and for the anchor of another session."""


class Ticks(Protocol):
    """The platform's clocks, in nanoseconds."""

    session: str

    def wall_ns(self) -> int: ...

    def mono_ns(self) -> int: ...

    def awake_ns(self) -> int: ...


class SystemClock:
    """The clock of this machine. `tz` overrides the time zone's name (the variable TZ)."""

    def __init__(
        self,
        ticks: Ticks | None = None,
        *,
        tz: str | None = None,
        zone: Callable[[], str] | None = None,
    ) -> None:
        self._ticks = ticks or system_ticks()
        self._tz = _iana(tz) if tz else None
        self._zone = zone or system_zone
        self._offset_s = 0
        self._anchor: ServerAnchor | None = None
        self.reanchor()

    def now(self) -> int:
        mono_s = self._ticks.mono_ns() // NANO
        return mono_s + (self._offset_s if self._anchor is None else self._anchor.mono0_s)

    def until_next_second_ms(self) -> int:
        rest_ns = NANO - self._ticks.mono_ns() % NANO
        return (rest_ns + 999_999) // 1_000_000

    def reading(self) -> Reading:
        mono_ns = self._ticks.mono_ns()
        return Reading(
            wall=mono_ns // NANO + self._offset_s,
            session=self._ticks.session,
            mono_s=mono_ns // NANO,
            mono_ms=mono_ns // 1_000_000,
            awake_s=self._ticks.awake_ns() // NANO,
            tz=self._tz or self._zone(),
            anchor=self._anchor,
        )

    def reanchor(self, anchor: Anchor | None = None) -> None:
        """The wall clock is taken as whole seconds after the monotonic one, so that both tick together."""
        mono_ns = self._ticks.mono_ns()
        self._offset_s = (self._ticks.wall_ns() - mono_ns) // NANO
        if anchor is not None and self._is_of_now(anchor.session) and anchor.mono_s <= mono_ns // NANO:
            self._offset_s = anchor.wall - anchor.mono_s

    def follow(self, anchor: ServerAnchor | None) -> None:
        self._anchor = anchor if anchor is not None and self._is_of_now(anchor.session) else None

    def _is_of_now(self, session: str) -> bool:
        return session == self._ticks.session


def system_ticks() -> Ticks:
    if sys.platform == "win32":
        return WindowsTicks()
    elif sys.platform == "darwin":  # noqa: RET505  # the type checker follows the platform only in one chain
        return MacTicks()
    else:
        return LinuxTicks()


def lone_session() -> str:
    """Without a boot id nobody can show that two runs share a clock: each is its own session."""
    return os.urandom(16).hex()


def system_zone() -> str:
    """IANA name of the machine's time zone, asked anew each time because laptops travel; UTC where it is unknown."""
    if sys.platform == "win32":
        return _windows_zone()
    else:  # noqa: RET505  # as above
        try:
            return _iana(str(Path("/etc/localtime").readlink()))
        except OSError:
            return "UTC"


def _iana(text: str) -> str:
    """`:/usr/share/zoneinfo/Europe/Berlin` and `Europe/Berlin` are one zone; rules such as `CET-1CEST` have no name."""
    name = text.rpartition("zoneinfo/")[2].removeprefix(":")
    return name if ZONE_NAME.fullmatch(name) else "UTC"


if sys.platform == "win32":

    class WindowsTicks:
        """QueryInterruptTime counts sleep, QueryUnbiasedInterruptTime does not; both in units of 100 ns."""

        def __init__(self) -> None:
            self._mono = ctypes.WinDLL("kernelbase").QueryInterruptTime
            self._awake = ctypes.WinDLL("kernel32").QueryUnbiasedInterruptTime
            self.session = _windows_session()

        def wall_ns(self) -> int:
            return time.time_ns()

        def mono_ns(self) -> int:
            return _hundreds(self._mono)

        def awake_ns(self) -> int:
            return _hundreds(self._awake)

    def _hundreds(query: Callable[[object], object]) -> int:
        value = ctypes.c_ulonglong()
        query(ctypes.byref(value))
        return value.value * 100

    def _windows_session() -> str:
        """Windows counts its boots; with the machine's id that is a name. Unreadable: each run is its own session."""
        boots = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, boots) as key:
                boot = winreg.QueryValueEx(key, "BootId")[0]
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                machine = winreg.QueryValueEx(key, "MachineGuid")[0]
        except OSError:
            return lone_session()
        return hashlib.sha256(f"{machine}/{boot}".encode()).hexdigest()

    def _windows_zone() -> str:
        """ICU is part of Windows since 10 version 1903 and knows the IANA names."""
        buffer = ctypes.create_unicode_buffer(128)
        status = ctypes.c_int(0)
        try:
            ctypes.CDLL("icu").ucal_getDefaultTimeZone(buffer, 128, ctypes.byref(status))
        except (OSError, AttributeError):
            return "UTC"
        return _iana(buffer.value)


elif sys.platform == "darwin":

    class MacTicks:
        """On macOS CLOCK_MONOTONIC goes on in sleep and CLOCK_UPTIME_RAW does not."""

        def __init__(self) -> None:
            self.session = _mac_session()

        def wall_ns(self) -> int:
            return time.time_ns()

        def mono_ns(self) -> int:
            return time.clock_gettime_ns(time.CLOCK_MONOTONIC)

        def awake_ns(self) -> int:
            return time.clock_gettime_ns(time.CLOCK_UPTIME_RAW)

    def _mac_session() -> str:
        buffer = ctypes.create_string_buffer(64)
        size = ctypes.c_size_t(len(buffer))
        failed = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, 0)
        return lone_session() if failed else buffer.value.decode("ascii").lower()


else:

    class LinuxTicks:
        """On Linux CLOCK_BOOTTIME goes on in sleep and CLOCK_MONOTONIC does not."""

        def __init__(self, boot_id: Path = Path("/proc/sys/kernel/random/boot_id")) -> None:
            try:
                self.session = boot_id.read_text(encoding="ascii").strip()
            except OSError:
                self.session = lone_session()

        def wall_ns(self) -> int:
            return time.time_ns()

        def mono_ns(self) -> int:
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

        def awake_ns(self) -> int:
            return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
