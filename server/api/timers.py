"""How is a timer started, paused, resumed, stopped and seen?

The seed's first five requests, field for field.
"""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get, post
from litestar.datastructures import ResponseHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody

from server.api.events import cost_calculated, timer_started
from server.api.office import Ask, Call, office_of
from server.api.once import Done, Key, act
from server.api.problems import documented
from server.api.wire import Answer, Body, NoBody
from server.domain.messages import StartTimer, StatusReply, StopTimer, TimerReply
from server.services.time import timers

STATUS: Final = "/time-tracking/status"
ANY: Final = "*"  # as an If-None-Match
PROBLEMS: Final = (400, 401, 413, 415, 422)


@post(
    "/time-tracking/start",
    dto=Body[StartTimer],
    status_code=200,
    summary="Start a timer",
    operation_id="startTimer",
    description="A timer that runs or is paused is stopped first, at the same instant.",
    responses=documented(*PROBLEMS, 403, 404, 409, 423),
)
async def start(request: Ask, data: JSONBody[StartTimer], key: Key = None) -> Answer[TimerReply]:
    done = await act(
        request, key, data, lambda call: timers.start(call.conn, call.principal, data, call.now_ms)
    )
    if done.reply is not None:
        timer_started(office_of(request).log, done.user_id, data.issue_id)
    return Answer.of_bytes(done.body)


@post(
    "/time-tracking/pause",
    dto=Body[NoBody],
    status_code=200,
    summary="Pause the timer",
    operation_id="pauseTimer",
    responses=documented(*PROBLEMS, 409),
)
async def pause(request: Ask, data: JSONBody[NoBody | None] = None, key: Key = None) -> Answer[TimerReply]:
    done = await act(
        request, key, data or NoBody(), lambda call: timers.pause(call.conn, call.principal, call.now_ms)
    )
    return _with_cost(request, done)


@post(
    "/time-tracking/resume",
    dto=Body[NoBody],
    status_code=200,
    summary="Go on with the paused timer",
    operation_id="resumeTimer",
    responses=documented(*PROBLEMS, 403, 404, 409, 423),
)
async def resume(request: Ask, data: JSONBody[NoBody | None] = None, key: Key = None) -> Answer[TimerReply]:
    done = await act(
        request, key, data or NoBody(), lambda call: timers.resume(call.conn, call.principal, call.now_ms)
    )
    return Answer.of_bytes(done.body)


@post(
    "/time-tracking/stop",
    dto=Body[StopTimer],
    status_code=200,
    summary="Stop the timer",
    operation_id="stopTimer",
    description="No budget, lock or length ever refuses it.",
    responses=documented(*PROBLEMS, 409),
)
async def stop(request: Ask, data: JSONBody[StopTimer | None] = None, key: Key = None) -> Answer[TimerReply]:
    said = data or StopTimer()
    done = await act(
        request, key, said, lambda call: timers.stop(call.conn, call.principal, said, call.now_ms)
    )
    return _with_cost(request, done)


@get(
    STATUS,
    summary="What runs or is paused now",
    operation_id="timerStatus",
    description="The ETag changes with the timer and its budget, not with the passing of time.",
    response_headers=[
        ResponseHeader(name="ETag", documentation_only=True, description="For the next If-None-Match.")
    ],
    responses={
        304: ResponseSpec(None, description="Nothing changed since that ETag", generate_examples=False),
        **documented(401),
    },
)
async def status(
    request: Ask,
    known: Annotated[str | None, HeaderParameter(name="If-None-Match", description="An ETag.")] = None,
) -> Answer[StatusReply]:
    found = await office_of(request).read(request, lambda call: seen(call, known))
    if isinstance(found, str):
        return Answer.of_bytes(b"", status_code=304, headers={"ETag": etag(found)})
    return Answer(found, headers={"ETag": etag(found.revision)})


def seen(call: Call, known: str | None) -> StatusReply | str:
    """`known`: what an If-None-Match says. Only the revision when it is that one still."""
    if known is not None and (etag(call.revision) in known or known == ANY):
        return call.revision
    return timers.status(call.conn, call.principal, call.now_ms)


def etag(revision: str) -> str:
    return f'"{revision}"'


def _with_cost(request: Ask, done: Done[TimerReply]) -> Answer[TimerReply]:
    if done.reply is not None:
        cost_calculated(office_of(request).log, done.reply.elapsed_seconds, done.reply.cost)
    return Answer.of_bytes(done.body)
