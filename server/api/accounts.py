"""How does a device sign in and out, and whose is it?"""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import JSONBody

from server.api.office import PUBLIC, Ask, Call, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import Me, SignedIn, SignIn
from server.domain.principal import Principal
from server.services import accounts


@post(
    "/auth/token",
    dto=Body[SignIn],
    summary="Sign in on a device",
    operation_id="signIn",
    description="An older token of this user's device ends.",
    response_description="Signed in; the token is shown only now",
    responses=documented(400, 401, 413, 415, 422, 429),
    security=[{}],
    opt={PUBLIC: True},
)
async def sign_in(request: Ask, data: JSONBody[SignIn]) -> Answer[SignedIn]:
    office = office_of(request)
    address = "" if request.client is None else request.client.host
    token, principal = await office.door.sign_in(data, address)
    now_ms = office.clock.now_ms()
    me = await office.database.read(lambda conn: accounts.me(conn, principal, office.info, now_ms))
    office.log.info("Signed in", user_id=principal.user_id, token_id=principal.token_id)
    return Answer(SignedIn(token, principal.token_id, me), status_code=201)


@delete(
    "/auth/token",
    summary="Sign this device out",
    operation_id="signOut",
    response_description="Signed out",
    description="What waits in its outbox can be sent after the next sign-in.",
    responses=documented(401),
)
async def sign_out(request: Ask) -> None:
    office = office_of(request)
    principal = await office.write(request, _forget)
    office.log.info("Signed out", user_id=principal.user_id, token_id=principal.token_id)


@get("/me", summary="Who am I", operation_id="me", responses=documented(401))
async def me(request: Ask) -> Answer[Me]:
    office = office_of(request)
    return Answer(
        await office.read(
            request, lambda call: accounts.me(call.conn, call.principal, office.info, call.now_ms)
        )
    )


def _forget(call: Call) -> Principal:
    accounts.revoke(call.conn, call.principal, call.now_ms)
    return call.principal
