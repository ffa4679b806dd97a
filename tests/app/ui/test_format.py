"""Do numbers read as people write them, to the cent?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.written import duration
from app.ui.format import duration_words, moment, money, percent, seconds_of_day
from app.ui.text import Text
from tests.fakes.clock import START

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("seconds", "shown", "said"),
    [
        (0, "0:00:00", "0 min"),
        (59, "0:00:59", "0 min"),
        (60, "0:01:00", "1 min"),
        (4328, "1:12:08", "1 h 12"),
        (3600, "1:00:00", "1 h"),
        (3900, "1:05:00", "1 h 05"),
        (403_200, "112:00:00", "112 h"),
    ],
)
def test_durations(seconds: int, shown: str, said: str) -> None:
    assert duration(seconds) == shown
    assert duration_words(seconds) == said.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        ("60.1111", "USD", "$60.11", "60,11 $"),
        ("60.1150", "USD", "$60.12", "60,12 $"),
        ("1234567.8", "EUR", "€1,234,567.80", "1.234.567,80 €"),
        ("1234.5", "JPY", "¥1,235", "1.235 ¥"),
        ("0.0005", "KWD", "KWD 0.001", "0,001 KWD"),
        ("12", "CHF", "CHF 12.00", "12,00 CHF"),
        ("-3.5", "GBP", "\N{MINUS SIGN}£3.50", "\N{MINUS SIGN}3,50 £"),
        ("-0.001", "USD", "$0.00", "0,00 $"),
    ],
)
def test_money(amount: str, currency: str, english: str, german: str) -> None:
    assert money(Decimal(amount), currency, Text("en")).replace(NO_BREAK, " ") == english
    assert money(Decimal(amount), currency, Text("de")).replace(NO_BREAK, " ") == german


def test_a_percent_is_one_that_was_reached() -> None:
    assert percent(Decimal("99.9999")) == f"99{NO_BREAK}%"
    assert percent(Decimal("104.2")) == f"104{NO_BREAK}%"


def test_a_moment_of_another_day_has_its_date(text: Text) -> None:
    today = moment(START, START, text)
    assert len(today) == len("09:00")
    assert moment(START - 86_400, START, text).endswith(f", {today}")
    assert "4 Jan" in moment(START - 86_400, START, text)
    assert "4. Jan" in moment(START - 86_400, START, Text("de"))


def test_the_day_has_begun_at_midnight() -> None:
    assert seconds_of_day(START + 60) == seconds_of_day(START) + 60
    assert 0 <= seconds_of_day(START) < 86_400
