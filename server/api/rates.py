"""What does time cost, and who may say so?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, post, put
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter

from server.api.asked import Id, PathId
from server.api.cached import RATES_LAST_S, Kept, cached
from server.api.office import Ask, Call, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import (
    LevelRate,
    RateLevel,
    RatePage,
    RatePreview,
    RateToday,
    SetLevelRate,
    SetRate,
)
from server.live.cache import RATES
from server.services.money import rate_history, rate_preview, rate_setting
from server.services.money.rate_history import RateFilter

PAGE: Final = 50
PAGE_LIMIT: Final = 200
WITH_BODY: Final = (400, 401, 403, 404, 413, 415, 422)
KEEPS: Final = (
    "Also for days that are over; no log that exists changes: each keeps the rate that was copied onto it. Without "
    "`effective_until` it holds until a later one begins; with one, what held before goes on after it."
)

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]
RateCursor = Annotated[
    str | None,
    QueryParameter(pattern=r"^[0-9]{1,18}\.[0-3]\.[0-9]{1,18}$", description="`next` of the page before."),
]
Level = Annotated[RateLevel, PathParameter(description="Whose rate.")]


@get(
    "/time-tracking/rate",
    summary="What a person's time costs today",
    operation_id="getRate",
    description=(
        "My own, or with `user_id` that of a member of a project that I manage. With `project_id` on that project: a member's "
        "rate comes first, then the project's, the person's and the organisation's."
    ),
    responses=documented(401, 404, 422),
)
async def rate(request: Ask, *, user_id: Id = None, project_id: Id = None) -> Answer[RateToday]:
    def key(call: Call) -> str:
        asked = rate_history.asked_today(call.conn, call.principal, user_id, project_id, call.now_ms)
        return f"rate.{asked.person}.{project_id}.{asked.day}"

    kept = Kept(RateToday, RATES, RATES_LAST_S, key, lambda _: True)
    return Answer(
        await cached(
            request,
            kept,
            lambda call: rate_history.today(call.conn, call.principal, user_id, project_id, call.now_ms),
        )
    )


@put(
    "/time-tracking/rate",
    dto=Body[SetRate],
    summary="Set a person's rate",
    operation_id="setRate",
    description=f"For administrators; without `user_id` their own. {KEEPS}",
    responses=documented(*WITH_BODY),
)
async def set_rate(request: Ask, data: JSONBody[SetRate], *, user_id: Id = None) -> Answer[LevelRate]:
    return Answer(
        await office_of(request).write(
            request,
            lambda call: rate_setting.set_own_rate(call.conn, call.principal, user_id, data, call.now_ms),
        )
    )


@get(
    "/time-tracking/rates",
    summary="All dated rates that I may read, latest day first",
    operation_id="rates",
    description=(
        "My own, the organisation's and my projects'; managers also read what is agreed with the members of their projects, "
        "administrators everything."
    ),
    responses=documented(401, 422),
)
async def rates(
    request: Ask,
    *,
    level: FromQuery[RateLevel | None] = None,
    user_id: Id = None,
    project_id: Id = None,
    cursor: RateCursor = None,
    limit: Limit = PAGE,
) -> Answer[RatePage]:
    wanted = RateFilter(level, user_id, project_id)
    return Answer(
        await office_of(request).read(
            request,
            lambda call: rate_history.page(call.conn, call.principal, wanted, cursor=cursor, limit=limit),
        )
    )


@put(
    "/time-tracking/rates",
    dto=Body[SetLevelRate],
    summary="Set a rate of any level",
    operation_id="setLevelRate",
    description=f"A project's and its members' rates are for its managers, the others for administrators. {KEEPS}",
    responses=documented(*WITH_BODY),
)
async def set_level_rate(request: Ask, data: JSONBody[SetLevelRate]) -> Answer[LevelRate]:
    return Answer(
        await office_of(request).write(
            request, lambda call: rate_setting.set_rate(call.conn, call.principal, data, call.now_ms)
        )
    )


@post(
    "/time-tracking/rates/preview",
    dto=Body[SetLevelRate],
    status_code=200,
    summary="See which time would have had another rate, and change nothing",
    operation_id="previewRate",
    description="Takes what setting the rate takes, and refuses what that refuses.",
    responses=documented(*WITH_BODY),
)
async def preview(request: Ask, data: JSONBody[SetLevelRate]) -> Answer[RatePreview]:
    return Answer(
        await office_of(request).report(
            request, lambda call: rate_preview.preview(call.conn, call.principal, data, call.now_ms)
        )
    )


@delete(
    "/time-tracking/rates/{level:str}/{rate_id:int}",
    summary="Take back a rate whose day has not come",
    operation_id="deleteRate",
    response_description="Taken back; what held before it goes on",
    responses=documented(401, 403, 404, 409, 422),
)
async def delete_rate(request: Ask, level: Level, rate_id: PathId) -> None:
    await office_of(request).write(
        request, lambda call: rate_setting.remove(call.conn, call.principal, level, rate_id, call.now_ms)
    )
