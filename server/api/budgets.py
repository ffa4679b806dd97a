"""How much money has a project, and which alerts were raised on it?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from server.api.asked import Page, PathId
from server.api.cached import BUDGETS_LAST_S, Kept, cached
from server.api.office import Ask, Call, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body, NoBody
from server.domain.messages import AlertPage, BudgetAlert, LockBudget, ProjectBudget, SetBudget
from server.live.cache import budget_topic
from server.services.money import alerts, budgets

BUDGET: Final = "/time-tracking/projects/{project_id:int}/budget"
PAGE: Final = 50
PAGE_LIMIT: Final = 200
WITH_BODY: Final = (400, 401, 403, 404, 413, 415, 422)

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]


@get(
    BUDGET,
    summary="A project's budget, what is used of it and when it ends",
    operation_id="projectBudget",
    description="For the project's managers. Running timers count as if they stopped now.",
    responses=documented(401, 403, 404, 422),
)
async def project_budget(request: Ask, project_id: PathId) -> Answer[ProjectBudget]:
    def key(call: Call) -> str:
        day = budgets.day_for(call.conn, call.principal, project_id, call.now_ms)
        return f"budget.{project_id}.{day}"

    kept = Kept(ProjectBudget, budget_topic(project_id), BUDGETS_LAST_S, key, budgets.stays)
    found = await cached(
        request, kept, lambda call: budgets.shown(call.conn, call.principal, project_id, call.now_ms)
    )
    found.as_of = office_of(request).clock.now_ms() // 1000
    return Answer(found)


@put(
    BUDGET,
    dto=Body[SetBudget],
    summary="Give a project a budget, or change it",
    operation_id="setProjectBudget",
    description=(
        "For the project's managers. What is logged already counts; what costs in another currency is converted at the "
        "exchange rate of the day on which it began. Its lock stays as it is."
    ),
    responses=documented(*WITH_BODY),
)
async def set_project_budget(
    request: Ask, project_id: PathId, data: JSONBody[SetBudget]
) -> Answer[ProjectBudget]:
    return Answer(
        await office_of(request).write(
            request, lambda call: budgets.change(call.conn, call.principal, project_id, data, call.now_ms)
        )
    )


@post(
    f"{BUDGET}/lock",
    dto=Body[LockBudget],
    status_code=200,
    summary="Lock a budget: no timer starts on it from then on",
    operation_id="lockProjectBudget",
    description="For the project's managers. What runs goes on, and a stop always works.",
    responses=documented(*WITH_BODY),
)
async def lock_project_budget(
    request: Ask, project_id: PathId, data: JSONBody[LockBudget | None] = None
) -> Answer[ProjectBudget]:
    wanted = data or LockBudget()
    return Answer(
        await office_of(request).write(
            request, lambda call: budgets.lock(call.conn, call.principal, project_id, wanted, call.now_ms)
        )
    )


@delete(
    f"{BUDGET}/lock",
    status_code=200,
    summary="Unlock a budget",
    operation_id="unlockProjectBudget",
    description="For the project's managers.",
    responses=documented(401, 403, 404, 422),
)
async def unlock_project_budget(request: Ask, project_id: PathId) -> Answer[ProjectBudget]:
    return Answer(
        await office_of(request).write(
            request, lambda call: budgets.unlock(call.conn, call.principal, project_id, call.now_ms)
        )
    )


@get(
    "/time-tracking/projects/{project_id:int}/alerts",
    summary="The alerts of a project's budget, latest first",
    operation_id="projectAlerts",
    description="Members see how much was used in percent, managers also what it cost.",
    responses=documented(401, 404, 422),
)
async def project_alerts(
    request: Ask,
    project_id: PathId,
    *,
    acknowledged: FromQuery[bool | None] = None,
    cursor: Page = None,
    limit: Limit = PAGE,
) -> Answer[AlertPage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: alerts.of_project(
                call.conn, call.principal, project_id, acknowledged, cursor, limit
            ),
        )
    )


@get(
    "/time-tracking/alerts",
    summary="The alerts of all my projects, latest first",
    operation_id="alerts",
    description="Members see how much was used in percent, managers also what it cost.",
    responses=documented(401, 422),
)
async def my_alerts(
    request: Ask,
    *,
    acknowledged: FromQuery[bool | None] = None,
    cursor: Page = None,
    limit: Limit = PAGE,
) -> Answer[AlertPage]:
    return Answer(
        await office_of(request).read(
            request, lambda call: alerts.of_mine(call.conn, call.principal, acknowledged, cursor, limit)
        )
    )


@post(
    "/time-tracking/alerts/{alert_id:int}/acknowledge",
    dto=Body[NoBody],
    status_code=200,
    summary="Take notice of an alert",
    operation_id="acknowledgeAlert",
    description="For the project's managers. Whoever did it first stays.",
    responses=documented(*WITH_BODY),
)
async def acknowledge_alert(
    request: Ask,
    alert_id: PathId,
    data: JSONBody[NoBody | None] = None,  # noqa: ARG001  # read so that nonsense is refused
) -> Answer[BudgetAlert]:
    return Answer(
        await office_of(request).write(
            request, lambda call: alerts.acknowledge(call.conn, call.principal, alert_id, call.now_ms)
        )
    )
