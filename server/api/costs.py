"""How is an amount explained?"""

from __future__ import annotations

from litestar import get

from server.api.asked import PathId
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer
from server.domain.messages import CostExplained
from server.services.money import explain


@get(
    "/time-tracking/logs/{log_id:int}/cost",
    summary="How a log's seconds became its amount",
    operation_id="explainCost",
    description=(
        "Segments, rate and where it comes from, the exact amount, its rounding and its conversion. For the log's user, the "
        "project's managers and administrators. What runs has no segment until it ends."
    ),
    responses=documented(401, 404, 422),
)
async def log_cost(request: Ask, log_id: PathId) -> Answer[CostExplained]:
    return Answer(
        await office_of(request).read(
            request, lambda call: explain.explain(call.conn, call.principal, log_id)
        )
    )
