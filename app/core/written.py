"""How are durations and amounts written, whatever the language?

Never through a float.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
PLACES: Final = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3, "TND": 3}


def duration(seconds: int) -> str:
    """As a running clock shows it: 0:00:07, 1:12:08, 112:00:00."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"


def in_places(amount: Decimal, currency: str) -> Decimal:
    """Rounded half up to the currency's own places."""
    return amount.quantize(Decimal(1).scaleb(-PLACES.get(currency, 2)), ROUND_HALF_UP)
