"""Which plain types do all messages share?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

ID_TEXT = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
DESCRIPTION_LIMIT = 10_000

RowId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
EpochSeconds = Annotated[int, Meta(ge=0, le=32_503_680_000)]  # the year 3000
Uuid = Annotated[str, Meta(max_length=36, pattern=ID_TEXT)]
Hash = Annotated[str, Meta(max_length=64, pattern=r"^[0-9a-f]{64}$")]
Description = Annotated[str, Meta(max_length=DESCRIPTION_LIMIT)]
Seconds = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Currency = Annotated[str, Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}$")]  # ISO 4217
# One line that says something.
Line = Annotated[
    str, Meta(min_length=1, pattern=r"^[^\S\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)")
]


class Role(StrEnum):
    MEMBER = "member"
    MANAGER = "manager"
    ADMIN = "admin"


class TimerStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class RateType(StrEnum):
    HOURLY = "hourly"
    MINUTELY = "minutely"
    SECONDLY = "secondly"


class RateLevel(StrEnum):
    """Whose rate, the nearest first."""

    MEMBER = "member"
    PROJECT = "project"
    USER = "user"
    ORGANISATION = "organisation"
