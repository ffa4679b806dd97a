"""Which time was logged?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.params import FromQuery, QueryParameter

from server.api.asked import LAST_SECOND, Cursor, Id
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer
from server.domain.messages import LogPage, TimerStatus
from server.services import logs
from server.services.logs import LogFilter

PAGE: Final = 50
PAGE_LIMIT: Final = 200
EVERYBODY: Final = "all"

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]
From = Annotated[
    int | None, QueryParameter(name="from", ge=0, le=LAST_SECOND, description="Started then or later.")
]
To = Annotated[
    int | None, QueryParameter(name="to", ge=0, le=LAST_SECOND, description="Started before then.")
]
User = Annotated[
    str | None,
    QueryParameter(
        pattern=rf"^({EVERYBODY}|[1-9]\d{{0,14}})$",
        description="A user's id, or `all`; without it only my own time.",
    ),
]


@get(
    "/time-tracking/logs",
    summary="Time logs, latest start first",
    operation_id="timeLogs",
    description="The totals are those of all pages. Times are epoch seconds.",
    responses=documented(401, 403, 422),
)
async def time_logs(
    request: Ask,
    *,
    since: From = None,
    until: To = None,
    project: Id = None,
    issue: Id = None,
    user: User = None,
    status: FromQuery[TimerStatus | None] = None,
    billable: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Answer[LogPage]:
    wanted = LogFilter(
        since=since,
        until=until,
        project_id=project,
        issue_id=issue,
        user_id=None if user is None or user == EVERYBODY else int(user),
        status=status,
        billable=billable,
        everybody=user == EVERYBODY,
    )
    return Answer(
        await office_of(request).read(
            request, lambda call: logs.page(call.conn, call.principal, wanted, cursor, limit, call.now_ms)
        )
    )
