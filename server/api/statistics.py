"""How much was worked, by whom, on what, and what did it cost?"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter

from server.api.asked import Cursor, Id, PathId
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer
from server.domain.messages import ProjectStatistics, Report
from server.services.reporting import reports, statistics
from server.services.reporting.reports import ReportFilter
from server.services.reporting.tally import Days

PAGE: Final = 500
PAGE_LIMIT: Final = 2000

From = Annotated[
    date | None, QueryParameter(name="from", description="The first day, in the organisation's zone.")
]
To = Annotated[date | None, QueryParameter(name="to", description="The last day, itself included.")]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]


@get(
    "/time-tracking/projects/{project_id:int}/statistics",
    summary="What was worked on a project, by user, issue and day",
    operation_id="projectStatistics",
    description="For the project's managers. A log belongs to the day in which it started; time that still runs is not in it.",
    responses=documented(401, 403, 404, 422),
)
async def project_statistics(
    request: Ask, project_id: PathId, since: From = None, until: To = None
) -> Answer[ProjectStatistics]:
    days = Days(since, until)
    return Answer(
        await office_of(request).report(
            request,
            lambda call: statistics.of_project(call.conn, call.principal, project_id, days, call.now_ms),
        )
    )


@get(
    "/time-tracking/report",
    summary="What was worked, by user and project",
    operation_id="report",
    description="Of my own time; for managers also of their projects, for administrators of all. The totals are those of all pages.",
    responses=documented(401, 403, 422),
)
async def report(
    request: Ask,
    *,
    since: From = None,
    until: To = None,
    user: Id = None,
    project: Id = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Answer[Report]:
    wanted = ReportFilter(Days(since, until), user, project)
    return Answer(
        await office_of(request).report(
            request, lambda call: reports.report(call.conn, call.principal, wanted, cursor, limit)
        )
    )
