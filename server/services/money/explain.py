"""How did these seconds become that amount?"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from server.db.repositories import catalog, log_costs
from server.db.repositories.log_costs import LogCost
from server.db.session import Connection
from server.domain.errors import NotFound
from server.domain.messages import Conversion, CostExplained, CostRate, CostSegment
from server.domain.money import UNIT_SECONDS
from server.domain.permissions import manages
from server.domain.principal import Principal

ROUNDING: Final = "Once per log, half up, to 4 places; a conversion starts from the rounded amount and is rounded once more."


def explain(conn: Connection, principal: Principal, log_id: int) -> CostExplained:
    """For the log's user, the project's managers and administrators; what the log counted so far. NotFound."""
    found = log_costs.find(conn, log_id)
    if found is None or not _may_read(conn, principal, found):
        raise NotFound("There is no such time log.")
    return CostExplained(
        time_log_id=found.log_id,
        issue_key=found.issue_key,
        user_id=found.user_id,
        project_id=found.project_id,
        status=found.status,
        is_billable=found.is_billable,
        start_day=found.day,
        segments=[CostSegment(start, end, end - start) for start, end in found.segments],
        duration_seconds=found.seconds,
        rate=_rate(found),
        exact=_exact(found),
        rounding=ROUNDING,
        total_cost=found.total_cost,
        currency=None if found.rate is None else found.rate.currency,
        budget_currency=found.budget_currency,
        conversion=_conversion(found),
        is_unconverted=_is_unconverted(found),
    )


def _may_read(conn: Connection, principal: Principal, log: LogCost) -> bool:
    if log.user_id == principal.user_id:
        return True
    is_member = catalog.is_member(conn, log.project_id, principal.user_id)
    return manages(principal.role, is_member=is_member)


def _rate(log: LogCost) -> CostRate | None:
    if log.rate is None:
        return None
    return CostRate(
        rate_type=log.rate.rate_type,
        rate_amount=log.rate.rate_amount,
        currency=log.rate.currency,
        unit_seconds=UNIT_SECONDS[log.rate.rate_type],
        source=log.source,
        effective_from=log.since,
    )


def _exact(log: LogCost) -> str:
    if log.rate is None:
        return "0"
    return str(log.seconds * Fraction(log.rate.rate_amount) / UNIT_SECONDS[log.rate.rate_type])


def _conversion(log: LogCost) -> Conversion | None:
    if log.rate is None or log.exchange is None or log.converted_cost is None:
        return None
    return Conversion(
        from_currency=log.rate.currency,
        to_currency=log.exchange.currency,
        exchange_rate=log.exchange.rate,
        effective_from=log.exchange.since,
        exact=str(Fraction(log.total_cost) * Fraction(log.exchange.rate)),
        amount=log.converted_cost,
    )


def _is_unconverted(log: LogCost) -> bool:
    if log.rate is None or log.budget_currency in {None, log.rate.currency}:
        return False
    return log.exchange is None or log.exchange.currency != log.budget_currency
