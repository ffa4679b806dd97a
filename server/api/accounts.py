"""How does a person sign in and out, on a device or in a browser, and who are they?"""

from __future__ import annotations

from typing import Final

from litestar import delete, get, post, put
from litestar.datastructures import ResponseHeader
from litestar.params import JSONBody

from server.api.office import PUBLIC, Ask, Call, office_of
from server.api.problems import documented
from server.api.proof import cookie, forget_cookie, must_be_our_page, set_cookie, shown
from server.api.wire import Answer, Body
from server.domain.errors import BadCredentials, Conflict, Invalid, NotFound
from server.domain.messages import (
    BrowserSession,
    BrowserSignIn,
    ChangePassword,
    Ended,
    FieldError,
    Me,
    SignedIn,
    SignIn,
)
from server.domain.principal import Credentials, Principal
from server.services.staff import accounts, browsers, people, sign_ins

NAME_LIMIT: Final = 200
NAMELESS: Final = "Browser"
COOKIE: Final = ResponseHeader(
    name="Set-Cookie", documentation_only=True, description="The session: HttpOnly, SameSite=Lax, Secure."
)


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
    token, principal = await office.door.sign_in(data, _address(request))
    me = await _me(request, principal)
    office.log.info("Signed in", user_id=principal.user_id, token_id=principal.token_id)
    return Answer(SignedIn(token, principal.token_id, me), status_code=201)


@delete(
    "/auth/token",
    summary="Sign this device out",
    operation_id="signOut",
    response_description="Signed out",
    description="What waits in its outbox can be sent after the next sign-in.",
    responses=documented(401, 403),
)
async def sign_out(request: Ask) -> None:
    await _leave(request)


@post(
    "/auth/session",
    dto=Body[BrowserSignIn],
    summary="Sign in in a browser",
    operation_id="openSession",
    description="The session lies in a cookie that no script can read. It ends after 12 hours without use, and after 14 days.",
    response_description="Signed in",
    response_headers=[COOKIE],
    responses=documented(400, 401, 403, 413, 415, 422, 429),
    security=[{}],
    opt={PUBLIC: True},
)
async def open_session(request: Ask, data: JSONBody[BrowserSignIn]) -> Answer[BrowserSession]:
    must_be_our_page(request)
    office = office_of(request)
    opened, principal = await office.door.open_session(
        data, _browser(request), cookie(request), _address(request)
    )
    me = await _me(request, principal)
    office.log.info("Signed in", user_id=principal.user_id, token_id=principal.token_id)
    session = BrowserSession(browsers.csrf_token(opened.secret), opened.expires_ms // 1000, me)
    header = set_cookie(request, opened.secret, browsers.LASTS_MS // 1000)
    return Answer(session, status_code=201, headers={"Set-Cookie": header})


@get(
    "/auth/session",
    summary="The session of this browser",
    operation_id="session",
    description="With the token that goes into X-CSRF-Token. A device has no session.",
    responses=documented(401, 404),
)
async def session(request: Ask) -> Answer[BrowserSession]:
    office = office_of(request)
    found = shown(request)

    def work(call: Call) -> BrowserSession:
        if not found.is_browser:
            raise NotFound("This request shows a token; a session lies in a cookie.")
        me = accounts.me(call.conn, call.principal, office.info, call.now_ms)
        expires_at = sign_ins.expires_at(call.conn, call.principal)
        return BrowserSession(browsers.csrf_token(found.secret), expires_at, me)

    return Answer(await office.read(request, work))


@delete(
    "/auth/session",
    summary="Sign this browser out",
    operation_id="closeSession",
    response_description="Signed out",
    response_headers=[COOKIE],
    responses=documented(401, 403),
)
async def close_session(request: Ask) -> Answer[None]:
    await _leave(request)
    return Answer(None, status_code=204, headers={"Set-Cookie": forget_cookie(request)})


@get("/me", summary="Who am I", operation_id="me", responses=documented(401))
async def me(request: Ask) -> Answer[Me]:
    office = office_of(request)
    return Answer(
        await office.read(
            request, lambda call: accounts.me(call.conn, call.principal, office.info, call.now_ms)
        )
    )


@put(
    "/me/password",
    dto=Body[ChangePassword],
    summary="Change my password",
    operation_id="changeMyPassword",
    description="All my other sign-ins end.",
    responses=documented(400, 401, 403, 409, 413, 415, 422, 429),
)
async def change_password(request: Ask, data: JSONBody[ChangePassword]) -> Answer[Ended]:
    office = office_of(request)
    who = await office.read(request, lambda call: call.principal)
    known = await _proven(request, who, data.old_password)
    password_hash = await office.door.hashed(data.new_password)

    def work(call: Call) -> Ended:
        if accounts.credentials_of(call.conn, call.principal) != known:
            raise Conflict("Your account was changed meanwhile. Try again.")
        return Ended(people.set_own_password(call.conn, call.principal, password_hash, call.now_ms))

    ended = await office.write(request, work)
    office.log.info("Password changed", user_id=who.user_id)
    return Answer(ended)


async def _proven(request: Ask, who: Principal, password: str) -> Credentials:
    """Invalid, not a 401: who asks is signed in, and stays so. TooMany."""
    try:
        return await office_of(request).door.check(who.email, password, _address(request))
    except BadCredentials as refusal:
        wrong = FieldError("old_password", "This is not your password.")
        raise Invalid("Check the old password and try again.", errors=[wrong]) from refusal


async def _leave(request: Ask) -> None:
    office = office_of(request)

    def work(call: Call) -> Principal:
        sign_ins.sign_out(call.conn, call.principal, call.now_ms)
        return call.principal

    principal = await office.write(request, work)
    office.log.info("Signed out", user_id=principal.user_id, token_id=principal.token_id)


async def _me(request: Ask, principal: Principal) -> Me:
    office = office_of(request)
    now_ms = office.clock.now_ms()
    return await office.database.read(lambda conn: accounts.me(conn, principal, office.info, now_ms))


def _address(request: Ask) -> str:
    return "" if request.client is None else request.client.host


def _browser(request: Ask) -> str:
    """What it calls itself, so that a person knows it again in the list of their sign-ins."""
    said = "".join(letter for letter in request.headers.get("user-agent", "") if letter.isprintable())
    return said[:NAME_LIMIT].strip() or NAMELESS
