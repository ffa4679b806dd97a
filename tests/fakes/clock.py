"""What if the test decides how time passes?"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.clock import NANO, Anchor, Reading, ServerAnchor, SystemClock

START = 1_767_603_600  # 2026-01-05 09:00:00 UTC, a Monday


@dataclass(slots=True)
class FakeTicks:
    """Clocks that stand still until they are moved."""

    wall: int
    mono: int = 5_000 * NANO
    awake: int = 4_000 * NANO
    session: str = "11111111-1111-4111-8111-111111111111"

    def wall_ns(self) -> int:
        return self.wall

    def mono_ns(self) -> int:
        return self.mono

    def awake_ns(self) -> int:
        return self.awake


@dataclass(slots=True)
class FakeClock:
    """The real clock's rules over clocks that the test moves."""

    start: int = START
    tz: str = "Europe/Berlin"
    ticks: FakeTicks = field(init=False)
    _clock: SystemClock = field(init=False)

    def __post_init__(self) -> None:
        self.ticks = FakeTicks(wall=self.start * NANO)
        self._clock = SystemClock(self.ticks, tz=self.tz)

    def now(self) -> int:
        return self._clock.now()

    def until_next_second_ms(self) -> int:
        return self._clock.until_next_second_ms()

    def reading(self) -> Reading:
        return self._clock.reading()

    def reanchor(self, anchor: Anchor | None = None) -> None:
        self._clock.reanchor(anchor)

    def follow(self, anchor: ServerAnchor | None) -> None:
        self._clock.follow(anchor)

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Time passes while the machine is awake."""
        self._pass(seconds + 60 * minutes + 3600 * hours, awake=True)

    def sleep_machine(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """The lid is closed for a while."""
        self._pass(seconds + 60 * minutes + 3600 * hours, awake=False)

    def set_wall(self, *, by_seconds: int) -> None:
        """Someone sets the wall clock; nothing else moves."""
        self.ticks.wall += by_seconds * NANO

    def restart_program(self) -> None:
        self._clock = SystemClock(self.ticks, tz=self.tz)

    def reboot(self, *, minutes: float = 1) -> None:
        """The machine is off for a while and comes back with a new clock session."""
        self.ticks.wall += int(60 * minutes * NANO)
        self.ticks.mono = self.ticks.awake = 20 * NANO
        self.ticks.session = self.ticks.session[:-4] + f"{int(self.ticks.session[-4:], 16) + 1:04x}"
        self.restart_program()

    def _pass(self, seconds: float, *, awake: bool) -> None:
        passed = int(seconds * NANO)
        self.ticks.wall += passed
        self.ticks.mono += passed
        if awake:
            self.ticks.awake += passed
