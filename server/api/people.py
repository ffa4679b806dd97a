"""Who has an account, and with which role?"""

from __future__ import annotations

from litestar import get, patch, post
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from server.api.asked import Page, PathId
from server.api.catalog import PAGE, Limit, Words
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import ChangeUser, NewUser, User, UserPage
from server.services.staff import people


@get(
    "/users",
    summary="Who has an account",
    operation_id="users",
    description="Administrators see everybody, managers the members of their projects. `q`: part of name or e-mail.",
    responses=documented(401, 403, 422),
)
async def users(
    request: Ask,
    *,
    q: Words = None,
    is_active: FromQuery[bool | None] = None,
    cursor: Page = None,
    limit: Limit = PAGE,
) -> Answer[UserPage]:
    return Answer(
        await office_of(request).read(
            request, lambda call: people.page(call.conn, call.principal, q, is_active, cursor, limit)
        )
    )


@get("/users/{user_id:int}", summary="One account", operation_id="user", responses=documented(401, 404, 422))
async def user(request: Ask, user_id: PathId) -> Answer[User]:
    return Answer(
        await office_of(request).read(request, lambda call: people.find(call.conn, call.principal, user_id))
    )


@post(
    "/users",
    dto=Body[NewUser],
    summary="Give somebody an account",
    operation_id="addUser",
    description="For administrators.",
    response_description="Made",
    responses=documented(400, 401, 403, 409, 413, 415, 422),
)
async def add_user(request: Ask, data: JSONBody[NewUser]) -> Answer[User]:
    await _must_administer(request)
    password_hash = await _hashed(request, data.password)
    made = await office_of(request).write(
        request, lambda call: people.add(call.conn, call.principal, data, password_hash, call.now_ms)
    )
    return Answer(made, status_code=201)


@patch(
    "/users/{user_id:int}",
    dto=Body[ChangeUser],
    summary="Change an account",
    operation_id="changeUser",
    description="For administrators. Whoever is switched off is signed out everywhere, and their timer ends at that second.",
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422),
)
async def change_user(request: Ask, user_id: PathId, data: JSONBody[ChangeUser]) -> Answer[User]:
    await _must_administer(request)
    password_hash = await _hashed(request, data.password)
    return Answer(
        await office_of(request).write(
            request,
            lambda call: people.change(call.conn, call.principal, user_id, data, password_hash, call.now_ms),
        )
    )


async def _must_administer(request: Ask) -> None:
    """Before a password is hashed, which takes long: nobody else can keep the server busy with it. Forbidden."""
    await office_of(request).read(request, lambda call: people.must_administer(call.principal))


async def _hashed(request: Ask, password: str | UnsetType) -> str | None:
    return None if password is UNSET else await office_of(request).door.hashed(password)
