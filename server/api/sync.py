"""How does a device's journal reach the server?"""

from __future__ import annotations

from litestar import post
from litestar.params import JSONBody

from server.api.events import synced
from server.api.office import Ask, Call, office_of
from server.api.problems import documented
from server.api.queues import Queues
from server.api.wire import SYNC_LIMIT, Answer, SyncBody
from server.domain.errors import Refusal
from server.domain.messages import SyncReply, SyncRequest
from server.domain.principal import Principal
from server.services.time import journal


@post(
    "/time-tracking/sync",
    dto=SyncBody[SyncRequest],
    status_code=200,
    request_max_body_size=SYNC_LIMIT,
    summary="Send recorded actions and get the authoritative state",
    operation_id="sync",
    description="At most 256 KiB, which may come packed with gzip. What cannot be applied is answered action by action.",
    responses=documented(400, 401, 403, 413, 415, 422),
)
async def sync(request: Ask, data: JSONBody[SyncRequest]) -> Answer[SyncReply]:
    office = office_of(request)

    def work(call: Call) -> tuple[Principal, SyncReply]:
        return call.principal, journal.push(call.conn, call.principal, data, office.server, call.now_ms)

    try:
        principal, reply = await office.write(request, work)
    except RecursionError as failure:
        raise Refusal("An action's body is nested too deeply.") from failure
    queues: Queues = request.app.state.queues
    reply.limits.next_poll_s = queues.devices.poll_s(reply.limits.next_poll_s)
    synced(office.log, principal, data, reply)
    return Answer(reply)
