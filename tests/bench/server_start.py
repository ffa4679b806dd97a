"""How long does the server take to be ready, and how much memory does its process hold then?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final

from tests.bench._places import company, folder
from tests.bench._processes import pss_mib, wait_until
from tests.bench._servers import answers, bare_server
from tests.bench.rows import Row
from tests.e2e.programs import Program

TURNS: Final = 5


@dataclass(frozen=True, slots=True)
class Ready:
    seconds: float
    memory_mib: float


def measure() -> list[Row]:
    with folder() as place, company(place) as server, bare_server(place) as bare:
        bares, ours = [], []
        for _ in range(TURNS):
            bares.append(_ready(bare.program, lambda: answers(bare.port, "/status")))
            ours.append(_ready(server.program, lambda: answers(server.port, "/readyz")))
    return [
        _row(
            "server ready after its start",
            "s",
            1.2,
            [each.seconds for each in ours],
            [each.seconds for each in bares],
        ),
        _row(
            "server memory (PSS) when ready",
            "MiB",
            80,
            [e.memory_mib for e in ours],
            [e.memory_mib for e in bares],
        ),
    ]


def _row(what: str, unit: str, bar: float, ours: list[float], bares: list[float]) -> Row:
    return Row(what, unit, median(ours), median(bares), "bare Litestar server", bar, absolute=True)


def _ready(program: Program, condition: Callable[[], bool]) -> Ready:
    began = perf_counter()
    program.start()
    try:
        seconds = wait_until(condition, "a server that is ready") - began
        return Ready(seconds, pss_mib(program.pid))
    finally:
        program.kill9()
