"""How are days closed and opened, and how is a change in them asked for and decided?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from server.api.asked import Page, PathId
from server.api.office import Ask, office_of
from server.api.once import Key, act
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import (
    AskForChange,
    ClosePeriod,
    Decide,
    Period,
    PeriodPage,
    PeriodRequest,
    PeriodRequestPage,
    RequestStatus,
)
from server.services.time import period_requests
from server.services.time import periods as closing

PERIODS: Final = "/time-tracking/periods"
REQUESTS: Final = "/time-tracking/period-requests"
PAGE: Final = 50
PAGE_LIMIT: Final = 200
WITH_BODY: Final = (400, 401, 403, 404, 409, 413, 415, 422)

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]


@get(
    PERIODS,
    summary="Closed periods, newest first",
    operation_id="periods",
    description="Those of the whole organisation and of my projects, also those that were opened again.",
    responses=documented(401, 422),
)
async def periods(request: Ask, *, cursor: Page = None, limit: Limit = PAGE) -> Answer[PeriodPage]:
    return Answer(
        await office_of(request).read(
            request, lambda call: closing.page(call.conn, call.principal, cursor, limit)
        )
    )


@post(
    PERIODS,
    dto=Body[ClosePeriod],
    summary="Close days that are over",
    operation_id="closePeriod",
    description="Their time changes on an approved request only. For the project's managers; of the whole organisation for administrators.",
    responses=documented(*WITH_BODY),
)
async def close_period(request: Ask, data: JSONBody[ClosePeriod], key: Key = None) -> Answer[Period]:
    done = await act(
        request, key, data, lambda call: closing.close(call.conn, call.principal, data, call.now_ms), 201
    )
    return Answer.of_bytes(done.body)


@delete(
    f"{PERIODS}/{{period_id:int}}",
    status_code=200,
    summary="Open a closed period again",
    operation_id="reopenPeriod",
    responses=documented(401, 403, 404, 422),
)
async def reopen_period(request: Ask, period_id: PathId) -> Answer[Period]:
    return Answer(
        await office_of(request).write(
            request, lambda call: closing.reopen(call.conn, call.principal, period_id, call.now_ms)
        )
    )


@get(
    REQUESTS,
    summary="Requests to change time in closed periods, newest first",
    operation_id="periodRequests",
    description="My own; for managers also those of their projects.",
    responses=documented(401, 422),
)
async def requests(
    request: Ask,
    *,
    status: FromQuery[RequestStatus | None] = None,
    cursor: Page = None,
    limit: Limit = PAGE,
) -> Answer[PeriodRequestPage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: period_requests.page(call.conn, call.principal, status, cursor, limit),
        )
    )


@post(
    REQUESTS,
    dto=Body[AskForChange],
    summary="Ask for a change of time in a closed period",
    operation_id="askForChange",
    description="What could not be done in an open period either is refused at once.",
    responses=documented(*WITH_BODY, 423),
)
async def ask_for_change(
    request: Ask, data: JSONBody[AskForChange], key: Key = None
) -> Answer[PeriodRequest]:
    done = await act(
        request,
        key,
        data,
        lambda call: period_requests.ask(call.conn, call.principal, data, call.now_ms),
        201,
    )
    return Answer.of_bytes(done.body)


@post(
    f"{REQUESTS}/{{request_id:int}}/approve",
    dto=Body[Decide],
    status_code=200,
    summary="Approve a request: the change is made",
    operation_id="approveRequest",
    description="For the project's managers, and not one's own. A second time changes nothing.",
    responses=documented(*WITH_BODY, 423),
)
async def approve_request(
    request: Ask, request_id: PathId, data: JSONBody[Decide | None] = None
) -> Answer[PeriodRequest]:
    said = data or Decide()
    return Answer(
        await office_of(request).write(
            request,
            lambda call: period_requests.approve(call.conn, call.principal, request_id, said, call.now_ms),
        )
    )


@post(
    f"{REQUESTS}/{{request_id:int}}/reject",
    dto=Body[Decide],
    status_code=200,
    summary="Decline a request",
    operation_id="rejectRequest",
    description="For the project's managers, and not one's own.",
    responses=documented(*WITH_BODY),
)
async def reject_request(
    request: Ask, request_id: PathId, data: JSONBody[Decide | None] = None
) -> Answer[PeriodRequest]:
    said = data or Decide()
    return Answer(
        await office_of(request).write(
            request,
            lambda call: period_requests.reject(call.conn, call.principal, request_id, said, call.now_ms),
        )
    )
