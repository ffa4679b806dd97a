"""How many requests does one server process answer to a hundred busy people, on SQLite, durably?

Beside one route of the same framework that answers a constant. TimeTagger's figures and that route's were measured in one run on one
machine (250 polls, 157 starts and stops, 11,200 answers per second), so the bars here are shares of the route.
"""

from __future__ import annotations

from statistics import mean
from typing import Any, Final

from tests.bench._commits import AS_THE_SERVER, commits
from tests.bench._load import Figures, Plan
from tests.bench._places import Crew, company, folder, hire
from tests.bench._processes import pss_mib
from tests.bench._servers import BareServer, bare_server, load, request
from tests.bench.rows import Row
from tests.e2e.company import PREFIX, Company, ask

PEOPLE: Final = 100
SECONDS: Final = 8
STATUS: Final = f"{PREFIX}/time-tracking/status"
COMMITS: Final = 300
BARE_PER_S: Final = 11_200
TIMETAGGER_POLLS: Final = 250
TIMETAGGER_PAIRS: Final = 157


def measure() -> list[Row]:
    with folder() as place, company(place) as server, bare_server(place) as bare:
        crew = hire(server.database, PEOPLE)
        bare.start()
        gets = _ask_bare(bare, [request("GET", "/status")])
        posts = _ask_bare(bare, [request("POST", "/start", {"issue_id": 1, "project_id": 1})])
        bare.program.kill9()
        server.start()
        pairs = _pairs(server, crew)
        for token in crew.tokens:
            _begin(server, crew, token)
        etags = [_etag(server, token) for token in crew.tokens]
        changed = _status(server, crew, None)
        same = _status(server, crew, etags)
        memory = pss_mib(server.program.pid)
        durable = commits(place / "floor.sqlite3", COMMITS, pragmas=AS_THE_SERVER)
    return [
        *_rows("GET status", changed, gets, 10 * TIMETAGGER_POLLS / BARE_PER_S, 100),
        *_rows("GET status, unchanged (304)", same, gets, 25 * TIMETAGGER_POLLS / BARE_PER_S, 100),
        *_rows("start and stop in turns", pairs, posts, 4 * TIMETAGGER_PAIRS / BARE_PER_S, 200),
        Row("durable commits of one row, one after another", "per s", 1000 / mean(durable)),
        Row("server memory (PSS) after this", "MiB", memory, bar=80),
    ]


def _ask_bare(bare: BareServer, requests: list[str]) -> Figures:
    return load(Plan(bare.port, SECONDS, 200, [requests] * PEOPLE))


def _status(server: Company, crew: Crew, etags: list[str] | None) -> Figures:
    """With an ETag each when they are given."""
    known: list[dict[str, str]] = [{}] * PEOPLE if etags is None else [{"If_None_Match": e} for e in etags]
    sent = [
        [request("GET", STATUS, Authorization=f"Bearer {token}", **headers)]
        for token, headers in zip(crew.tokens, known, strict=True)
    ]
    return load(Plan(server.port, SECONDS, 200 if etags is None else 304, sent))


def _pairs(server: Company, crew: Crew) -> Figures:
    """Everybody starts and stops the same issue: one budget takes it all."""
    return load(
        Plan(
            server.port,
            SECONDS,
            200,
            [[_start(crew, token), _stop(token)] for token in crew.tokens],
        )
    )


def _start(crew: Crew, token: str) -> str:
    path = f"{PREFIX}/time-tracking/start"
    return request("POST", path, _issue(crew), Authorization=f"Bearer {token}")


def _stop(token: str) -> str:
    body = {"description": "Wrote it and a first test"}
    return request("POST", f"{PREFIX}/time-tracking/stop", body, Authorization=f"Bearer {token}")


def _issue(crew: Crew) -> dict[str, Any]:
    return {"issue_id": crew.issue_id, "project_id": crew.project_id}


def _begin(server: Company, crew: Crew, token: str) -> None:
    """A timer that runs from now on."""
    reply = ask("POST", f"{server.url}{PREFIX}/time-tracking/start", _issue(crew), token)
    assert reply.status == 200, reply


def _etag(server: Company, token: str) -> str:
    return ask("GET", f"{server.url}{STATUS}", None, token).headers["etag"]


def _rows(what: str, ours: Figures, bare: Figures, share: float, p99_ms: float) -> list[Row]:
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
