"""How are durations, money, percents and times written in the person's language?

Never through a float. What differs between languages (signs, points, dates) stands in their files under `format.`.
"""

from __future__ import annotations

import time
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from PySide6.QtCore import QDate, QLocale

from app.core.written import SIGNS, in_places
from app.ui.text import Text

NARROW: Final = "\N{NO-BREAK SPACE}"


def duration_words(seconds: int) -> str:
    """As a text says it, in whole minutes that have passed: 0 min, 12 min, 3 h, 1 h 12."""
    hour, minute = divmod(seconds // 60, 60)
    if hour == 0:
        return f"{minute}{NARROW}min"
    return f"{hour}{NARROW}h{NARROW}{minute:02}" if minute else f"{hour}{NARROW}h"


def money(amount: Decimal, currency: str, text: Text) -> str:
    """With the currency's own sign and places, rounded half up."""
    rounded = in_places(amount, currency)
    digits = f"{rounded.copy_abs():,f}".translate(
        {ord(","): text.t("format.group"), ord("."): text.t("format.point")}
    )
    sign = SIGNS.get(currency)
    pattern = "format.money" if sign else "format.money_code"
    minus = "\N{MINUS SIGN}" if rounded < 0 else ""
    return minus + text.t(pattern, sign=sign or currency, amount=digits)


def percent(value: Decimal) -> str:
    """Whole percents that are reached: 99.9 is not yet 100."""
    return f"{value.quantize(Decimal(1), ROUND_FLOOR):f}{NARROW}%"


def moment(at: int, now: int, text: Text) -> str:
    """An instant of today as 10:32, of another day with the date before it; in the machine's time zone."""
    local = time.localtime(at)
    clock = f"{local.tm_hour:02}:{local.tm_min:02}"
    if local[:3] == time.localtime(now)[:3]:
        return clock
    day = QLocale(text.language).toString(QDate(*local[:3]), text.t("format.day"))
    return f"{day}, {clock}"


def seconds_of_day(now: int) -> int:
    """Since midnight in the machine's time zone."""
    local = time.localtime(now)
    return local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec
