"""How do projects, their issues and their members come about and change?"""

from __future__ import annotations

from litestar import delete, get, patch, post, put
from litestar.params import JSONBody

from server.api.asked import Page, PathId
from server.api.catalog import PAGE, Limit
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import (
    ChangeIssue,
    ChangeProject,
    Issue,
    Member,
    MemberPage,
    NewIssue,
    NewProject,
    Project,
)
from server.services.projects import planning

WITH_BODY = (400, 401, 403, 413, 415, 422)


@post(
    "/projects",
    dto=Body[NewProject],
    summary="Found a project",
    operation_id="addProject",
    description="For managers and administrators; whoever founds it is its first member.",
    response_description="Made",
    responses=documented(*WITH_BODY, 409),
)
async def add_project(request: Ask, data: JSONBody[NewProject]) -> Answer[Project]:
    made = await office_of(request).write(
        request, lambda call: planning.add_project(call.conn, call.principal, data, call.now_ms)
    )
    return Answer(made, status_code=201)


@patch(
    "/projects/{project_id:int}",
    dto=Body[ChangeProject],
    summary="Change a project",
    operation_id="changeProject",
    description="For its managers. On an archived one no timer starts; its time stays.",
    responses=documented(*WITH_BODY, 404, 409),
)
async def change_project(request: Ask, project_id: PathId, data: JSONBody[ChangeProject]) -> Answer[Project]:
    return Answer(
        await office_of(request).write(
            request,
            lambda call: planning.change_project(call.conn, call.principal, project_id, data, call.now_ms),
        )
    )


@post(
    "/issues",
    dto=Body[NewIssue],
    summary="Add an issue to a project",
    operation_id="addIssue",
    description="For the project's managers.",
    response_description="Made",
    responses=documented(*WITH_BODY, 404, 409),
)
async def add_issue(request: Ask, data: JSONBody[NewIssue]) -> Answer[Issue]:
    made = await office_of(request).write(
        request, lambda call: planning.add_issue(call.conn, call.principal, data, call.now_ms)
    )
    return Answer(made, status_code=201)


@patch(
    "/issues/{issue_id:int}",
    dto=Body[ChangeIssue],
    summary="Change an issue",
    operation_id="changeIssue",
    description="For its project's managers.",
    responses=documented(*WITH_BODY, 404, 409),
)
async def change_issue(request: Ask, issue_id: PathId, data: JSONBody[ChangeIssue]) -> Answer[Issue]:
    return Answer(
        await office_of(request).write(
            request,
            lambda call: planning.change_issue(call.conn, call.principal, issue_id, data, call.now_ms),
        )
    )


@delete(
    "/issues/{issue_id:int}",
    summary="Delete an issue",
    operation_id="deleteIssue",
    description="For its project's managers. Its time stays; no new time comes to it. PATCH brings it back.",
    response_description="Deleted",
    responses=documented(401, 403, 404, 422),
)
async def delete_issue(request: Ask, issue_id: PathId) -> None:
    await office_of(request).write(
        request, lambda call: planning.delete_issue(call.conn, call.principal, issue_id, call.now_ms)
    )


@get(
    "/projects/{project_id:int}/members",
    summary="A project's members",
    operation_id="members",
    description="For its managers.",
    responses=documented(401, 403, 404, 422),
)
async def members(
    request: Ask, project_id: PathId, *, cursor: Page = None, limit: Limit = PAGE
) -> Answer[MemberPage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: planning.member_page(call.conn, call.principal, project_id, cursor, limit),
        )
    )


@put(
    "/projects/{project_id:int}/members/{user_id:int}",
    summary="Make somebody a member",
    operation_id="putMember",
    description="Once or again. Managers add people whom they know from their projects, administrators anybody.",
    responses=documented(401, 403, 404, 409, 422),
)
async def put_member(request: Ask, project_id: PathId, user_id: PathId) -> Answer[Member]:
    return Answer(
        await office_of(request).write(
            request,
            lambda call: planning.put_member(call.conn, call.principal, project_id, user_id, call.now_ms),
        )
    )


@delete(
    "/projects/{project_id:int}/members/{user_id:int}",
    summary="Take somebody off a project",
    operation_id="removeMember",
    description="Once or again. Their time stays. For the project's managers.",
    response_description="No member any more",
    responses=documented(401, 403, 404, 422),
)
async def remove_member(request: Ask, project_id: PathId, user_id: PathId) -> None:
    await office_of(request).write(
        request,
        lambda call: planning.remove_member(call.conn, call.principal, project_id, user_id, call.now_ms),
    )
