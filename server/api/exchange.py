"""What is one currency worth in another?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, put
from litestar.params import JSONBody, QueryParameter

from server.api.asked import Cursor, PathId
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import ExchangeRate, ExchangeRatePage, SetExchangeRate
from server.services.money import exchange

PAGE: Final = 50
PAGE_LIMIT: Final = 200

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]
Currency = Annotated[str | None, QueryParameter(pattern="^[A-Z]{3}$", description="ISO 4217.")]


@get(
    "/time-tracking/exchange-rates",
    summary="All dated exchange rates, latest day first",
    operation_id="exchangeRates",
    description="For managers and administrators.",
    responses=documented(401, 403, 422),
)
async def exchange_rates(
    request: Ask,
    *,
    from_currency: Currency = None,
    to_currency: Currency = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Answer[ExchangeRatePage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: exchange.page(
                call.conn, call.principal, from_currency, to_currency, cursor=cursor, limit=limit
            ),
        )
    )


@put(
    "/time-tracking/exchange-rates",
    dto=Body[SetExchangeRate],
    summary="Set an exchange rate from a day on",
    operation_id="setExchangeRate",
    description=(
        "For administrators. It is copied onto logs that begin from then on and cost something in another currency than their "
        "project's budget. No log that was converted changes. The reverse direction is one of its own."
    ),
    responses=documented(400, 401, 403, 413, 415, 422),
)
async def set_exchange_rate(request: Ask, data: JSONBody[SetExchangeRate]) -> Answer[ExchangeRate]:
    return Answer(
        await office_of(request).write(
            request, lambda call: exchange.set_rate(call.conn, call.principal, data, call.now_ms)
        )
    )


@delete(
    "/time-tracking/exchange-rates/{exchange_id:int}",
    summary="Take back an exchange rate whose day has not come",
    operation_id="deleteExchangeRate",
    response_description="Taken back; the one before it goes on",
    responses=documented(401, 403, 404, 409, 422),
)
async def delete_exchange_rate(request: Ask, exchange_id: PathId) -> None:
    await office_of(request).write(
        request, lambda call: exchange.remove(call.conn, call.principal, exchange_id, call.now_ms)
    )
