"""Does the server answer, which one is it, and what can it do?

Nobody has to be signed in for these.
"""

from __future__ import annotations

from litestar import get

from server.api.office import Ask, office_of
from server.api.problems import documented
from server.api.refusals import NotReady
from server.api.wire import Answer, NoBody
from server.domain.messages import ServerInfo


@get(
    "/healthz",
    summary="Which server is this",
    operation_id="health",
    description="Without a look at the database. A client tells by it whether Hourkeep answers.",
    responses=documented(),
    security=[{}],
)
async def healthz(request: Ask) -> Answer[ServerInfo]:
    return Answer(office_of(request).info)


@get(
    "/readyz",
    summary="Can it work",
    operation_id="ready",
    responses=documented(503),
    security=[{}],
)
async def readyz(request: Ask) -> Answer[NoBody]:
    if not await office_of(request).database.ready():
        raise NotReady("Try again in a few seconds.")
    return Answer(NoBody())
