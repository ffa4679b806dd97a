"""On which projects and issues may I spend time?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter

from server.api.asked import Cursor, Id, Page, PathId, Second
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer
from server.domain.messages import Issue, IssuePage, Project, ProjectPage
from server.services.projects import catalog

PAGE: Final = 200
PAGE_LIMIT: Final = 1000

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]
Words = Annotated[
    str | None,
    QueryParameter(max_length=200, pattern=r"^[^\x00]*$", description="What key or summary contain."),
]


@get(
    "/projects",
    summary="The projects whose member I am",
    operation_id="projects",
    responses=documented(401, 422),
)
async def projects(request: Ask, cursor: Page = None, limit: Limit = PAGE) -> Answer[ProjectPage]:
    return Answer(
        await office_of(request).read(
            request, lambda call: catalog.projects(call.conn, call.principal, cursor, limit)
        )
    )


@get(
    "/projects/{project_id:int}",
    summary="One project",
    operation_id="project",
    responses=documented(401, 404, 422),
)
async def project(request: Ask, project_id: PathId) -> Answer[Project]:
    return Answer(
        await office_of(request).read(
            request, lambda call: catalog.find_project(call.conn, call.principal, project_id)
        )
    )


@get(
    "/issues",
    summary="The issues of my projects, by time of change",
    operation_id="issues",
    description="With `updated_since` those that were deleted come too, so that a copy elsewhere learns of them.",
    responses=documented(401, 422),
)
async def issues(
    request: Ask,
    *,
    q: Words = None,
    project_id: Id = None,
    updated_since: Second = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Answer[IssuePage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: catalog.issues(
                call.conn, call.principal, q, project_id, updated_since, cursor, limit
            ),
        )
    )


@get(
    "/issues/{issue_id:int}",
    summary="One issue, also a deleted one",
    operation_id="issue",
    responses=documented(401, 404, 422),
)
async def issue(request: Ask, issue_id: PathId) -> Answer[Issue]:
    return Answer(
        await office_of(request).read(
            request, lambda call: catalog.find_issue(call.conn, call.principal, issue_id)
        )
    )
