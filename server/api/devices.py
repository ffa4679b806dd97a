"""Where is somebody signed in, and how does that end from elsewhere?"""

from __future__ import annotations

from litestar import delete, get, post

from server.api.asked import Id, Page, PathId
from server.api.catalog import PAGE, Limit
from server.api.office import Ask, Call, office_of
from server.api.problems import documented
from server.api.wire import Answer
from server.domain.messages import DevicePage, Ended
from server.services.staff import sign_ins


@get(
    "/devices",
    summary="Where I am signed in",
    operation_id="devices",
    description="Devices and browsers, in the order of their sign-ins. `user`: somebody else's, for administrators.",
    responses=documented(401, 403, 404, 422),
)
async def devices(
    request: Ask, *, user: Id = None, cursor: Page = None, limit: Limit = PAGE
) -> Answer[DevicePage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: sign_ins.page(call.conn, call.principal, user, cursor, limit, call.now_ms),
        )
    )


@delete(
    "/devices/{token_id:int}",
    summary="Sign a device out from elsewhere",
    operation_id="revokeDevice",
    description="One's own; anybody's for administrators. Its outbox can be sent after the next sign-in.",
    response_description="Signed out",
    responses=documented(401, 403, 404, 409, 422),
)
async def revoke_device(request: Ask, token_id: PathId) -> None:
    office = office_of(request)

    def work(call: Call) -> int:
        sign_ins.revoke(call.conn, call.principal, token_id, call.now_ms)
        return call.principal.user_id

    user_id = await office.write(request, work)
    office.log.info("Device revoked", user_id=user_id, token_id=token_id)


@post(
    "/devices/revoke-others",
    status_code=200,
    summary="Sign all my other devices and browsers out",
    operation_id="revokeOtherDevices",
    responses=documented(401, 403),
)
async def revoke_others(request: Ask) -> Answer[Ended]:
    return Answer(
        await office_of(request).write(
            request, lambda call: Ended(sign_ins.revoke_others(call.conn, call.principal, call.now_ms))
        )
    )
