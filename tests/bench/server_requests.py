"""How many requests does one server process answer to a hundred busy people, durably, at a million time logs?

On SQLite and on PostgreSQL, beside one route of the same framework that answers a constant. TimeTagger's figures and that route's
were measured in one run on one machine (250 polls, 157 starts and stops, 11,200 answers per second on SQLite), so the bars for
SQLite are shares of the route.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Final

from tests.bench._commits import AS_THE_SERVER, commits
from tests.bench._load import Figures, Plan
from tests.bench._million import MANY, Crew, crew, made
from tests.bench._places import folder
from tests.bench._processes import pss_mib
from tests.bench._servers import BareServer, OurServer, bare_server, load, our_server, request
from tests.bench._stores import Store, stores
from tests.bench.rows import Row
from tests.e2e.company import PREFIX, ask
from tests.server.databases import SQLITE

PEOPLE: Final = 100
SECONDS: Final = 8
STATUS: Final = f"{PREFIX}/time-tracking/status"
COMMITS: Final = 300
BARE_PER_S: Final = 11_200
TIMETAGGER_POLLS: Final = 250
TIMETAGGER_PAIRS: Final = 157
POLL_SHARE: Final = 10 * TIMETAGGER_POLLS / BARE_PER_S
UNCHANGED_SHARE: Final = 25 * TIMETAGGER_POLLS / BARE_PER_S
PAIR_SHARE: Final = 4 * TIMETAGGER_PAIRS / BARE_PER_S


@dataclass(frozen=True, slots=True)
class _Bare:
    gets: Figures
    posts: Figures


def measure() -> list[Row]:
    with folder() as place:
        bare = _bare(place)
        rows = [row for store in stores() for row in _of(place, store, bare)]
        durable = commits(place / "floor.sqlite3", COMMITS, pragmas=AS_THE_SERVER)
    return [*rows, Row("durable commits of one row, one after another", "per s", 1000 / mean(durable))]


def _bare(place: Path) -> _Bare:
    with bare_server(place) as bare:
        bare.start()
        return _Bare(
            _ask_bare(bare, [request("GET", "/status")]),
            _ask_bare(bare, [request("POST", "/start", {"issue_id": 1, "project_id": 1})]),
        )


def _of(place: Path, store: Store, bare: _Bare) -> list[Row]:
    with store.copied(made(store, MANY)) as url:
        people = crew(url, PEOPLE)
        with our_server(place, url) as server:
            _work_in(server, people)
            at_once = load(
                Plan(
                    server.port,
                    SECONDS,
                    200,
                    [[_start(people, each)] for each in people.tokens],
                    is_once=True,
                )
            )
            pairs = _pairs(server, people)
            for token in people.tokens:
                _begin(server, people, token)
            changed = _status(server, people, None)
            same = _status(server, people, [_etag(server, token) for token in people.tokens])
            memory = pss_mib(server.program.pid)
    shares = (POLL_SHARE, UNCHANGED_SHARE, PAIR_SHARE) if store.kind == SQLITE else (None, None, None)
    return [
        *_rows(f"{store.kind}: GET status", changed, bare.gets, shares[0], 100),
        *_rows(f"{store.kind}: GET status, unchanged (304)", same, bare.gets, shares[1], 100),
        *_rows(f"{store.kind}: start and stop in turns", pairs, bare.posts, shares[2], 200),
        Row(
            f"{store.kind}: {PEOPLE} users start at the same instant, the last answer",
            "ms",
            at_once.worst_ms,
            bar=200,
        ),
        Row(f"{store.kind}: {PEOPLE} users start at the same instant, errors", "", at_once.errors, bar=0),
        Row(f"{store.kind}: server memory (PSS) after this", "MiB", memory, bar=80),
    ]


def _work_in(server: OurServer, people: Crew) -> None:
    """A server that answers its first request ever is no busy one."""
    for token in people.tokens:
        _begin(server, people, token)
        reply = ask("POST", f"{server.url}{PREFIX}/time-tracking/stop", {}, token)
        assert reply.status == 200, reply


def _ask_bare(bare: BareServer, requests: list[str]) -> Figures:
    return load(Plan(bare.port, SECONDS, 200, [requests] * PEOPLE))


def _status(server: OurServer, people: Crew, etags: list[str] | None) -> Figures:
    """With an ETag each when they are given."""
    known: list[dict[str, str]] = [{}] * PEOPLE if etags is None else [{"If_None_Match": e} for e in etags]
    sent = [
        [request("GET", STATUS, Authorization=f"Bearer {token}", **headers)]
        for token, headers in zip(people.tokens, known, strict=True)
    ]
    return load(Plan(server.port, SECONDS, 200 if etags is None else 304, sent))


def _pairs(server: OurServer, people: Crew) -> Figures:
    """Everybody starts and stops the same issue: one budget takes it all."""
    return load(
        Plan(
            server.port,
            SECONDS,
            200,
            [[_start(people, token), _stop(token)] for token in people.tokens],
        )
    )


def _start(people: Crew, token: str) -> str:
    path = f"{PREFIX}/time-tracking/start"
    return request("POST", path, _issue(people), Authorization=f"Bearer {token}")


def _stop(token: str) -> str:
    body = {"description": "Wrote it and a first test"}
    return request("POST", f"{PREFIX}/time-tracking/stop", body, Authorization=f"Bearer {token}")


def _issue(people: Crew) -> dict[str, Any]:
    return {"issue_id": people.issue_id, "project_id": people.project_id}


def _begin(server: OurServer, people: Crew, token: str) -> None:
    """A timer that runs from now on."""
    reply = ask("POST", f"{server.url}{PREFIX}/time-tracking/start", _issue(people), token)
    assert reply.status == 200, reply


def _etag(server: OurServer, token: str) -> str:
    return ask("GET", f"{server.url}{STATUS}", None, token).headers["etag"]


def _rows(what: str, ours: Figures, bare: Figures, share: float | None, p99_ms: float) -> list[Row]:
    name = "bare Litestar route"
    if ours.wrong:
        print(f"{what}: {ours.wrong}")
    return [
        Row(
            f"{what}, {PEOPLE} connections",
            "per s",
            ours.per_second,
            bare.per_second,
            name,
            share,
            at_least=True,
        ),
        Row(f"{what}, p99", "ms", ours.p99_ms, bare.p99_ms, name, p99_ms, absolute=True),
        Row(f"{what}, errors", "", ours.errors, bar=0),
    ]
