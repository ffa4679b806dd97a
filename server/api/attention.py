"""What needs a person, and how is it settled?"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from server.api.office import Ask, office_of
from server.api.once import Key, act
from server.api.problems import documented
from server.api.wire import Answer, Body
from server.domain.messages import Attention, AttentionPage, RefusedAction, Settle, SettleReply
from server.domain.messages.common import ID_TEXT
from server.services.time import attention as listing
from server.services.time import attention_settling

ITEMS: Final = "/attention"
ITEM: Final = f"{ITEMS}/{{action_id:str}}"
PAGE: Final = 50
PAGE_LIMIT: Final = 200

ActionId = Annotated[
    str, PathParameter(pattern=ID_TEXT, max_length=36, description="The action that is the reason.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]
Cursor = Annotated[
    str | None,
    QueryParameter(pattern=r"^[0-9]{1,18}\.[0-9a-f-]{36}$", description="`next` of the page before."),
]


@get(
    ITEMS,
    summary="What is held, refused or in doubt, newest first",
    operation_id="attention",
    description="My own; for managers also that of their projects, for administrators everybody's.",
    responses=documented(401, 422),
)
async def items(request: Ask, *, cursor: Cursor = None, limit: Limit = PAGE) -> Answer[AttentionPage]:
    return Answer(
        await office_of(request).read(
            request, lambda call: listing.page(call.conn, call.principal, cursor, limit, call.now_ms)
        )
    )


@get(
    ITEM,
    summary="One item, and how I may settle it",
    operation_id="attentionItem",
    responses=documented(401, 404, 422),
)
async def item(request: Ask, action_id: ActionId) -> Answer[Attention]:
    return Answer(
        await office_of(request).read(
            request, lambda call: listing.item(call.conn, call.principal, action_id, call.now_ms)
        )
    )


@get(
    f"{ITEM}/raw",
    summary="An action that could not be applied, as it came",
    operation_id="refusedAction",
    description="My own; for administrators everybody's.",
    responses=documented(401, 404, 422),
)
async def refused_action(request: Ask, action_id: ActionId) -> Answer[RefusedAction]:
    return Answer(
        await office_of(request).read(
            request, lambda call: listing.refused(call.conn, call.principal, action_id)
        )
    )


@post(
    f"{ITEM}/resolve",
    dto=Body[Settle],
    status_code=200,
    summary="Settle an item",
    operation_id="resolveAttention",
    description="By one of its choices. For whose time it is, and for the project's managers.",
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422, 423),
)
async def resolve(
    request: Ask, action_id: ActionId, data: JSONBody[Settle], key: Key = None
) -> Answer[SettleReply]:
    done = await act(
        request,
        key,
        data,
        lambda call: attention_settling.settle(call.conn, call.principal, action_id, data, call.now_ms),
    )
    return Answer.of_bytes(done.body)
