"""What if a test decides what a device's clocks show? The company's clock is the true one."""

from __future__ import annotations

from typing import Any, Final

from server.domain.messages import ClockReading, Result
from tests.server.company import Company, Person
from tests.server.daytime import at
from tests.server.device import Device
from tests.server.hand import Hand

HOUR: Final = 3600
DAY: Final = 24 * HOUR


class Laptop(Device):
    """A device whose machine booted at 6:00, with clocks that are right until a test sets them.

    `wall_off`: by how many seconds the wall clock is wrong. `away`: for how many the machine was halted. `learned`: the
    server's time minus its own, in milliseconds, as it believes it to be.
    """

    def __init__(self, person: Person, number: int = 1) -> None:
        device_id = f"{person.principal.user_id:08}-0000-4000-9000-{number:012}"
        super().__init__(person.company, person.principal, device_id)
        self.session = "first boot"
        self.booted = at("6:00")
        self.wall_off = 0
        self.away = 0
        self.slept = 0
        self.learned: int | None = None

    def instant(self, second: int) -> dict[str, Any]:
        mono_s = second - self.booted - self.away
        return {
            "wall": second + self.wall_off,
            "session": self.session if mono_s >= 0 else "",
            "mono_s": max(0, mono_s),
            "awake_s": max(0, mono_s - self.slept),
            "tz": "Europe/Berlin",
            "off_ms": self.learned,
        }

    def reading(self) -> ClockReading:
        now_ms = self.company.clock.now_ms()
        mono_ms = now_ms - (self.booted + self.away) * 1000
        return ClockReading(self.session, mono_ms, now_ms // 1000 + self.wall_off, "Europe/Berlin")

    def boot(self, when: str, session: str = "second boot") -> None:
        self.session, self.booted, self.away, self.learned = session, at(when), 0, None

    def worked(self, since: str, until: str, key: str = "BP-1") -> None:
        self.start(key, since)
        self.stop(until)


def clock(company: Company, when: str) -> None:
    """It is that time of the day now."""
    company.clock.advance(seconds=at(when) - company.clock.now_ms() // 1000)


def qualities(person: Person, key: str = "BP-1") -> list[tuple[str | None, str | None]]:
    """How well start and end of each stretch of the only log on that issue are known."""
    stretches = Hand(person).look(person.log(key).id).stretches
    return [(each.start_quality, each.end_quality) for each in stretches]


def flags(person: Person) -> list[str]:
    return [item.code for item in person.attention()]


def codes(results: list[Result]) -> list[str | None]:
    return [result.code for result in results]


def anchors(company: Company) -> list[int]:
    """The seconds at which the clocks that the server knows showed 0, oldest first."""
    found = company.rows("SELECT mono0_s FROM clock_anchors ORDER BY id")
    return [mono0 for (mono0,) in found]
