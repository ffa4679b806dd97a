"""What has the organisation decided?"""

from __future__ import annotations

from litestar import get, put
from litestar.params import JSONBody

from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import ChangeSettings, Settings
from server.services.company import settings


@get(
    "/time-tracking/settings",
    summary="The organisation's settings",
    operation_id="settings",
    responses=documented(401),
)
async def organisation_settings(request: Ask) -> Answer[Settings]:
    return Answer(await office_of(request).read(request, lambda call: settings.shown(call.conn, call.now_ms)))


@put(
    "/time-tracking/settings",
    dto=Body[ChangeSettings],
    summary="Change the organisation's settings",
    operation_id="changeSettings",
    description=(
        "For administrators. What is not named stays as it is. A default rate holds from today on; a time zone is for logs that "
        "begin from now on."
    ),
    responses=documented(400, 401, 403, 413, 415, 422),
)
async def change_settings(request: Ask, data: JSONBody[ChangeSettings]) -> Answer[Settings]:
    return Answer(
        await office_of(request).write(
            request, lambda call: settings.change(call.conn, call.principal, data, call.now_ms)
        )
    )
