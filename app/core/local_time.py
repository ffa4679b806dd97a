"""Which second does somebody mean who types a time of day?

A clock that is put back shows some times twice, and one that is put forward leaves some out: both are said, never guessed.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from typing import Final

from app.errors import NotATime, TimeSkipped, TimeTwice

MOMENT: Final = re.compile(r"(?:(\d{4}-\d{2}-\d{2})[ T])?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
FIRST: Final = 0
SECOND: Final = 1


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What a clock on the wall shows. `text`: as it was typed."""

    text: str
    shown: datetime


def read(text: str, day: date) -> LocalTime:
    """`9:30`, `09:30:15` of `day`, or with a date before it. NotATime."""
    typed = text.strip()
    parts = MOMENT.fullmatch(typed)
    if parts is None:
        raise NotATime(text)
    on, hour, minute, second = parts.groups()
    try:
        shown_day = day if on is None else date.fromisoformat(on)
    except ValueError as error:
        raise NotATime(text) from error
    clock = clock_time(int(hour), int(minute), int(second or 0))
    return LocalTime(typed, datetime.combine(shown_day, clock))


def second_of(local: LocalTime, zone: tzinfo, fold: int | None = None) -> int:
    """Epoch seconds. `fold` says which of two is meant: FIRST, SECOND, None for nobody said. TimeSkipped, TimeTwice."""
    first, second = (_epoch(local.shown, zone, each) for each in (FIRST, SECOND))
    if all(_shown(each, zone) != local.shown for each in (first, second)):
        raise TimeSkipped(local.text)
    if first == second:
        return first
    if fold is None:
        raise TimeTwice(local.text)
    return second if fold == SECOND else first


def day_of(at: int, zone: tzinfo) -> date:
    return _shown(at, zone).date()


def start_of_day(day: date, zone: tzinfo) -> int:
    """The first second of that day; where its midnight is left out, the one that comes in its place."""
    return _epoch(datetime.combine(day, clock_time()), zone, FIRST)


class MachineZone(tzinfo):
    """The time zone of this machine, by the system's own rules: they are there also where no names of zones are."""

    def utcoffset(self, shown: datetime | None) -> timedelta:
        if shown is None:
            return timedelta()
        at = shown.replace(tzinfo=None).timestamp()
        return timedelta(seconds=time.localtime(at).tm_gmtoff)

    def dst(self, _shown: datetime | None) -> timedelta:
        return timedelta()

    def tzname(self, shown: datetime | None) -> str:
        return "local" if shown is None else time.localtime(shown.replace(tzinfo=None).timestamp()).tm_zone

    def fromutc(self, shown: datetime) -> datetime:
        at = shown.replace(tzinfo=UTC).timestamp()
        local = datetime.fromtimestamp(at)  # noqa: DTZ006  # the machine's zone is what is asked for
        return local.replace(tzinfo=self)


def _epoch(shown: datetime, zone: tzinfo, fold: int) -> int:
    offset = zone.utcoffset(shown.replace(tzinfo=zone, fold=fold)) or timedelta()
    return int((shown - offset).replace(tzinfo=UTC).timestamp())


def _shown(at: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None, fold=0)
