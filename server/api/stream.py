"""How does somebody hear at once that something changed?

Server-sent events (WHATWG HTML, 9.2). Before each delivery the sign-in and the rights are looked at again: nothing is heard
with a token that was revoked, or of a project that one has left.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, assert_never

import msgspec
from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from server.api.office import Ask, Office, office_of
from server.api.problems import documented
from server.db.session import StorageFailed
from server.domain.errors import NotSignedIn, TooMany
from server.domain.events import AlertRaised, BudgetMoved, Event, RatesChanged, TimeChanged
from server.live.bus import Bus, Ear
from server.services.outside.hearing import Hearing, hearing_of

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT_S: Final = 15.0
PACE_S: Final = 0.5
RETRY_MS: Final = 2000
PER_PERSON: Final = 20
NO_BUFFER: Final = {"X-Accel-Buffering": "no"}  # nginx would keep events until it has enough of them

WORDS: Final = (
    "`timer`: my timer or time logs changed. `budget`: a project's budget moved. `alert`: one was raised. `rates`: rates "
    "changed. `resync`: something may have been missed, read everything again. `signed_out`: this sign-in has ended. "
    "A comment comes every 15 seconds. After a break send `Last-Event-ID`, as browsers do by themselves."
)


class TooManyStreams(TooMany):
    code, title = "too_many_streams", "Too many streams are open"


@dataclass(slots=True)
class Streams:
    """All that are open. `heartbeat_s`: after so long without an event a stream says that it lives.

    `pace_s`: a stream has at most one delivery in that time, because each looks at the sign-in again.
    """

    bus: Bus
    heartbeat_s: float = HEARTBEAT_S
    pace_s: float = PACE_S
    _open: Counter[int] = field(default_factory=Counter)

    def check(self, hearing: Hearing) -> None:
        """TooManyStreams. Before the answer begins; many that come at once are found out when they open."""
        if self.is_full(hearing):
            raise TooManyStreams("Close another window first.")

    def is_full(self, hearing: Hearing) -> bool:
        return self._open[hearing.user_id] >= PER_PERSON

    def open(self, hearing: Hearing, after: str | None) -> Ear:
        self._open[hearing.user_id] += 1
        return self.bus.listen(hearing.may_hear, after)

    def close(self, hearing: Hearing, ear: Ear) -> None:
        ear.close()
        self._open[hearing.user_id] -= 1
        if not self._open[hearing.user_id]:
            del self._open[hearing.user_id]


@get(
    "/events",
    summary="Hear at once that something changed",
    operation_id="events",
    description=WORDS,
    responses={
        200: ResponseSpec(
            str, generate_examples=False, description="A stream of events", media_type=MEDIA_TYPE
        ),
        **documented(401, 422, 429),
    },
)
async def events(
    request: Ask,
    after: Annotated[
        str | None,
        HeaderParameter(name="Last-Event-ID", max_length=100, description="The last `id` that was heard."),
    ] = None,
) -> Stream:
    office = office_of(request)
    streams: Streams = request.app.state.streams
    hearing = await _hearing(office, request)
    streams.check(hearing)
    lines = _lines(office, request, streams, hearing, after)
    return Stream(lines, media_type=MEDIA_TYPE, headers=NO_BUFFER)


async def _hearing(office: Office, request: Ask) -> Hearing:
    """NotSignedIn."""
    return await office.read(request, lambda call: hearing_of(call.conn, call.principal))


async def _lines(
    office: Office, request: Ask, streams: Streams, hearing: Hearing, after: str | None
) -> AsyncIterator[bytes]:
    if streams.is_full(hearing):
        return
    ear = streams.open(hearing, after)
    try:
        # Whoever comes back keeps their place until they have heard what they missed.
        yield f"retry: {RETRY_MS}\n".encode() + _line(
            "hello", {}, streams.bus.place if after is None else None
        )
        while (heard := await ear.next(streams.heartbeat_s)) is not None:
            now = await _hearing(office, request)
            ear.want(now.may_hear)
            lines = [] if heard.is_whole else [_line("resync", {}, heard.place)]
            lines += _told(filter(now.may_hear, heard.events), heard.place)
            yield b"".join(lines) or b": here\n\n"
            if lines:
                await asyncio.sleep(streams.pace_s)
    except NotSignedIn:
        yield _line("signed_out", {}, None)
    except StorageFailed:
        return  # the stream is opened anew in a moment
    finally:
        streams.close(hearing, ear)


def _told(events: Iterable[Event], place: str) -> list[bytes]:
    return [_line(*_said(event), place) for event in events]


def _said(event: Event) -> tuple[str, dict[str, Any]]:
    match event:
        case TimeChanged(user_id):
            return "timer", {"user_id": user_id}
        case BudgetMoved(project_id):
            return "budget", {"project_id": project_id}
        case AlertRaised(alert_id, project_id):
            return "alert", {"alert_id": alert_id, "project_id": project_id}
        case RatesChanged(user_id):
            return "rates", {"user_id": user_id}
        case _:
            assert_never(event)


def _line(name: str, said: dict[str, Any], place: str | None) -> bytes:
    where = b"" if place is None else b"id: " + place.encode() + b"\n"
    return b"event: " + name.encode() + b"\n" + where + b"data: " + msgspec.json.encode(said) + b"\n\n"
