"""Which time was logged?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, patch, post
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET

from server.api.asked import LAST_SECOND, Cursor, Id, PathId
from server.api.office import Ask, office_of
from server.api.once import Key, act
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import (
    AddLog,
    ChangeLog,
    DeleteLog,
    LogDetail,
    LogPage,
    SplitLog,
    SplitReply,
    TimerStatus,
    WrittenLog,
)
from server.services.time import editing, logbook, logs
from server.services.time.logs import LogFilter

PAGE: Final = 50
PAGE_LIMIT: Final = 200
EVERYBODY: Final = "all"
LOG: Final = "/time-tracking/logs/{log_id:int}"
WRITES: Final = (400, 401, 403, 404, 409, 413, 415, 422, 423)

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
Match = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        pattern=r'^"?[1-9][0-9]{0,9}"?$',
        description="The log's revision as it was seen; when it has another one by now, nothing is changed.",
    ),
]


@get(
    "/time-tracking/logs",
    summary="Time logs, latest start first",
    operation_id="timeLogs",
    description="The totals are those of all pages. Times are epoch seconds. What was deleted is left out, unless it is asked for.",
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
    include_deleted: FromQuery[bool] = False,
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
        include_deleted=include_deleted,
    )
    office = office_of(request)
    look = office.report if wanted.everybody else office.read  # timers do not wait for everybody's time
    return Answer(
        await look(request, lambda call: logs.page(call.conn, call.principal, wanted, cursor, limit))
    )


@get(
    "/time-tracking/issues/{issue_id:int}/logs",
    summary="The time logs of an issue, latest start first",
    operation_id="issueTimeLogs",
    description="A member's own; for the project's managers everybody's.",
    responses=documented(401, 404, 422),
)
async def issue_logs(
    request: Ask, issue_id: PathId, *, cursor: Cursor = None, limit: Limit = PAGE
) -> Answer[LogPage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: logs.of_issue(call.conn, call.principal, issue_id, cursor, limit),
        )
    )


@get(
    LOG,
    summary="A time log, its stretches and its corrections",
    operation_id="timeLog",
    responses=documented(401, 403, 404, 422),
)
async def time_log(request: Ask, log_id: PathId) -> Answer[LogDetail]:
    return Answer(
        await office_of(request).read(request, lambda call: logbook.detail(call.conn, call.principal, log_id))
    )


@post(
    "/time-tracking/logs",
    dto=Body[AddLog],
    summary="Enter time by hand",
    operation_id="addTimeLog",
    description="It owns its seconds: what else was tracked in them counts there no more.",
    responses=documented(*WRITES),
)
async def add_log(request: Ask, data: JSONBody[AddLog], key: Key = None) -> Answer[WrittenLog]:
    done = await act(
        request, key, data, lambda call: editing.add(call.conn, call.principal, data, call.now_ms), 201
    )
    return Answer.of_bytes(done.body)


@patch(
    LOG,
    dto=Body[ChangeLog],
    summary="Change a time log",
    operation_id="changeTimeLog",
    description="On another project or another day it gets the rate that holds there and then; else it keeps its rate.",
    responses=documented(*WRITES),
)
async def change_log(
    request: Ask, log_id: PathId, data: JSONBody[ChangeLog], key: Key = None, match: Match = None
) -> Answer[WrittenLog]:
    if match is not None:
        data.revision = _revision(match)
    done = await act(
        request,
        key,
        data,
        lambda call: editing.change(call.conn, call.principal, log_id, data, call.now_ms),
    )
    return Answer.of_bytes(done.body)


@delete(
    LOG,
    status_code=200,
    summary="Delete a time log",
    operation_id="deleteTimeLog",
    description="It is kept, marked as deleted, and counts no more. A timer that runs on it ends.",
    responses=documented(*WRITES),
)
async def delete_log(
    request: Ask,
    log_id: PathId,
    *,
    reason: Annotated[str, QueryParameter(max_length=1000, description="Why.")] = "",
    key: Key = None,
    match: Match = None,
) -> Answer[WrittenLog]:
    said = DeleteLog(reason, UNSET if match is None else _revision(match))
    done = await act(
        request,
        key,
        said,
        lambda call: editing.remove(call.conn, call.principal, log_id, said, call.now_ms),
    )
    return Answer.of_bytes(done.body)


@post(
    f"{LOG}/split",
    dto=Body[SplitLog],
    status_code=200,
    summary="Split a time log in two",
    operation_id="splitTimeLog",
    description="Both parts keep the log's rate. Of a timer that goes on, the first part becomes a log of its own.",
    responses=documented(*WRITES),
)
async def split_log(
    request: Ask, log_id: PathId, data: JSONBody[SplitLog], key: Key = None, match: Match = None
) -> Answer[SplitReply]:
    if match is not None:
        data.revision = _revision(match)
    done = await act(
        request,
        key,
        data,
        lambda call: editing.split(call.conn, call.principal, log_id, data, call.now_ms),
    )
    return Answer.of_bytes(done.body)


def _revision(match: str) -> int:
    return int(match.strip('"'))
