"""Who changed what?"""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from server.api.asked import Id, Page
from server.api.catalog import PAGE, Limit
from server.api.logs import From, To
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer
from server.domain.messages import AuditPage
from server.services import audit
from server.services.audit import TrailQuestion

Name = Annotated[str | None, QueryParameter(pattern=r"^[a-z_.]{1,40}$", description="Such as `rate.set`.")]
Kind = Annotated[str | None, QueryParameter(pattern=r"^[a-z_]{1,40}$", description="Such as `user`.")]
Subject = Annotated[
    str | None, QueryParameter(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="The id of what was changed.")
]


@get(
    "/audit",
    summary="The audit trail, newest first",
    operation_id="auditTrail",
    description="For administrators. From `from` on, before `to` (epoch seconds).",
    responses=documented(401, 403, 422),
)
async def trail(
    request: Ask,
    *,
    actor: Id = None,
    action: Name = None,
    subject_type: Kind = None,
    subject_id: Subject = None,
    project: Id = None,
    since: From = None,
    until: To = None,
    cursor: Page = None,
    limit: Limit = PAGE,
) -> Answer[AuditPage]:
    asked = TrailQuestion(
        limit=limit,
        actor_user_id=actor,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        project_id=project,
        since_ms=None if since is None else since * 1000,
        until_ms=None if until is None else until * 1000,
    )
    return Answer(
        await office_of(request).read(
            request, lambda call: audit.page(call.conn, call.principal, asked, cursor)
        )
    )
