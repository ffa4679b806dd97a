"""Which addresses outside are told what happens, and what became of it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from litestar import delete, get, post
from litestar.params import JSONBody, QueryParameter

from server.api.asked import Page, PathId
from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.wire import Answer, Body, NoBody
from server.domain.addresses import Network
from server.domain.messages import DeliveryPage, DeliveryState, MadeWebhook, NewWebhook, WebhookPage
from server.services.outside import webhooks

PAGE: Final = 50
PAGE_LIMIT: Final = 200

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="At most so many.")]


Wanted = Annotated[DeliveryState | None, QueryParameter(name="state")]


@dataclass(frozen=True, slots=True)
class Outside:
    """`key`: of this server; the webhooks' secrets are made with it. `networks`: see `server.domain.addresses`."""

    key: bytes
    networks: tuple[Network, ...]


@get(
    "/webhooks",
    summary="The webhooks that I keep",
    operation_id="webhooks",
    description="A manager keeps those of their projects, an administrator all.",
    responses=documented(401, 403, 422),
)
async def webhook_page(request: Ask, cursor: Page = None, limit: Limit = PAGE) -> Answer[WebhookPage]:
    return Answer(
        await office_of(request).read(
            request, lambda call: webhooks.page(call.conn, call.principal, cursor, limit)
        )
    )


@post(
    "/webhooks",
    dto=Body[NewWebhook],
    summary="Have an address called when something happens",
    operation_id="addWebhook",
    description=(
        "Calls are signed as the Standard Webhooks specification says, repeated until they are answered with 2xx, and have "
        "the same `webhook-id` each time. A webhook lives as long as whoever made it may keep it; a project has at most 20."
    ),
    response_description="Made; the secret is shown only now",
    responses=documented(400, 401, 403, 404, 409, 413, 415, 422),
)
async def add_webhook(request: Ask, data: JSONBody[NewWebhook]) -> Answer[MadeWebhook]:
    outside: Outside = request.app.state.outside
    made = await office_of(request).write(
        request,
        lambda call: webhooks.add(
            call.conn, call.principal, data, outside.key, outside.networks, call.now_ms
        ),
    )
    return Answer(made, status_code=201)


@delete(
    "/webhooks/{webhook_id:int}",
    summary="Do not call that address any more",
    operation_id="endWebhook",
    response_description="Ended; what waited for it is not sent",
    responses=documented(401, 404, 422),
)
async def end_webhook(request: Ask, webhook_id: PathId) -> None:
    await office_of(request).write(
        request, lambda call: webhooks.end(call.conn, call.principal, webhook_id, call.now_ms)
    )


@get(
    "/webhooks/{webhook_id:int}/deliveries",
    summary="What became of a webhook's calls, newest first",
    operation_id="webhookDeliveries",
    description="`state=dead`: those that were given up.",
    responses=documented(401, 404, 422),
)
async def webhook_deliveries(
    request: Ask,
    webhook_id: PathId,
    wanted: Wanted = None,
    cursor: Page = None,
    limit: Limit = PAGE,
) -> Answer[DeliveryPage]:
    return Answer(
        await office_of(request).read(
            request,
            lambda call: webhooks.course(call.conn, call.principal, webhook_id, wanted, cursor, limit),
        )
    )


@post(
    "/deliveries/{delivery_id:int}/retry",
    dto=Body[NoBody],
    status_code=200,
    summary="Try a call again that was given up",
    operation_id="retryDelivery",
    responses=documented(400, 401, 404, 409, 413, 415, 422),
)
async def retry_delivery(
    request: Ask,
    delivery_id: PathId,
    data: JSONBody[NoBody | None] = None,  # noqa: ARG001  # nothing is to be said
) -> Answer[NoBody]:
    await office_of(request).write(
        request, lambda call: webhooks.send_again(call.conn, call.principal, delivery_id, call.now_ms)
    )
    return Answer(NoBody())
