"""What does a person's time cost on a day, and who may say so?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from server.db import after
from server.db.repositories import exchange, organisation, rates
from server.db.session import Connection
from server.domain.errors import Invalid
from server.domain.events import RatesChanged
from server.domain.messages import FieldError, Rate
from server.domain.money import is_amount
from server.domain.rating import FIRST_DAY, LAST_DAY, DatedRate, Found, Owner, Terms, amended

DIGITS: Final = 10  # DECIMAL(10,4)


def rate_for(conn: Connection, user_id: int, project_id: int | None, at_s: int) -> Found | None:
    """The rate of work that begins at that second, on that project or in general; None when nothing was agreed."""
    day = organisation.find(conn).day_of(at_s)
    return rates.holding(conn, user_id, project_id, day)


def general_rate(conn: Connection, user_id: int, day: date) -> Rate | None:
    """The person's or the organisation's; of a project nothing is known."""
    found = rates.holding(conn, user_id, None, day)
    return None if found is None else found.rate


def terms_for(conn: Connection, user_id: int, project_id: int, day: date) -> Terms:
    """What is copied onto a log of that project that begins on that day of the organisation."""
    found, target = rates.holding_on(conn, user_id, project_id, day)
    if found is None or target is None or target == found.rate.currency:
        return Terms(found)
    return Terms(found, exchange.holding(conn, found.rate.currency, target, day))


def agree(conn: Connection, owner: Owner, new: DatedRate) -> None:
    """Takes the place of one that began the same day. Logs that exist keep theirs. Invalid."""
    check(new)
    organisation.take(conn)  # so that two who set a rate of one day at once follow each other
    before = rates.of_owner(conn, owner)
    rates.save(conn, owner, before, amended(before, new))
    tell(conn, owner)


def tell(conn: Connection, owner: Owner) -> None:
    """A project's or the organisation's rate may be anybody's."""
    after.tell(conn, RatesChanged(owner.user_id))


def check(new: DatedRate) -> None:
    """Invalid, with all that is wrong."""
    errors = wrong_amount("rate_amount", new.rate.rate_amount)
    if not _is_currency(new.rate.currency):
        errors.append(FieldError("currency", "A currency has three capital letters, such as USD."))
    errors += wrong_days(new.since, new.until)
    if errors:
        raise Invalid("The rate is not right.", errors=errors)


def wrong_amount(field: str, amount: Decimal) -> list[FieldError]:
    if is_amount(amount, DIGITS):
        return []
    return [FieldError(field, "A rate is more than 0, below 1000000, with at most 4 places.")]


def wrong_days(since: date, until: date | None = None) -> list[FieldError]:
    errors = []
    if not FIRST_DAY <= since <= LAST_DAY:
        errors.append(FieldError("effective_from", f"Choose a day from {FIRST_DAY} to {LAST_DAY}."))
    if until is not None and not FIRST_DAY <= until <= LAST_DAY:
        errors.append(FieldError("effective_until", f"Choose a day from {FIRST_DAY} to {LAST_DAY}."))
    elif until is not None and until < since:
        errors.append(FieldError("effective_until", "It ends before it begins."))
    return errors


def _is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()  # noqa: PLR2004  # ISO 4217
