"""How long does a click take until it is durable and painted, while the server is away or does not answer?"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from tests.bench._commits import commits
from tests.bench._places import company, desktop, folder, signed_in
from tests.bench.rows import Row, percentile
from tests.e2e.programs import run
from tests.e2e.workstation import Workstation

GESTURES: Final = 200
BAR_MS: Final = 30


def measure() -> list[Row]:
    with folder() as place, company(place) as server, desktop(place) as screen:
        server.start()
        with signed_in(place, screen, server) as device:
            server.kill9()
            away = _clicked(device)
            with _silent(server.port):
                silent = _clicked(device)
        floor = commits(place / "floor.sqlite3", GESTURES)
    return [*_rows("server away", away, floor), *_rows("server silent", silent, floor)]


def _clicked(device: Workstation) -> list[float]:
    """Milliseconds of each gesture."""
    command = [sys.executable, "-m", "tests.bench._clicks", str(GESTURES)]
    done = run(command, device.environment, within=120)
    assert done.code == 0, done.err
    taken: list[float] = json.loads(done.out)
    assert len(taken) == GESTURES
    return taken


@contextmanager
def _silent(port: int) -> Iterator[None]:
    """A server that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def _rows(when: str, taken: list[float], floor: list[float]) -> list[Row]:
    name = "a durable SQLite commit"
    worst = percentile(taken, 99)
    return [
        Row(
            f"click to durable and painted, {when}, p99",
            "ms",
            worst,
            percentile(floor, 99),
            name,
            BAR_MS,
            absolute=True,
        ),
        Row(
            f"click to durable and painted, {when}, median",
            "ms",
            median(taken),
            median(floor),
            name,
        ),
    ]
