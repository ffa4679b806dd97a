"""How is a server asked, and what is the bare one to compare with?"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from tests.bench._load import Figures, Plan
from tests.bench._places import plain_environment
from tests.bench._processes import wait_until
from tests.e2e.company import free_port
from tests.e2e.programs import ROOT, Program

LOAD: Final = [sys.executable, "-m", "tests.bench._load"]


def request(method: str, path: str, body: object = None, **headers: str) -> str:
    """One request of HTTP/1.1 as it goes over the wire; an underscore in a header's name stands for a dash."""
    content = "" if body is None else json.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", content])


def load(plan: Plan) -> Figures:
    """Carried out in a process of its own."""
    done = subprocess.run(
        LOAD,
        cwd=ROOT,
        input=msgspec.json.encode(plan),
        capture_output=True,
        check=False,
        timeout=plan.seconds + 60,
    )
    assert done.returncode == 0, done.stderr[-1000:].decode()
    return msgspec.json.decode(done.stdout, type=Figures)


class OurServer:
    """Hourkeep's, on a database of any kind."""

    def __init__(self, place: Path, url: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        environment = {**plain_environment(place), "HOURKEEP_DATABASE_URL": url}
        self.program = Program(command, environment, place / "server.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.program.start()
        wait_until(lambda: answers(self.port, "/readyz"), "the server")


@contextmanager
def our_server(place: Path, url: str) -> Iterator[OurServer]:
    """Runs already."""
    made = OurServer(place, url)
    try:
        made.start()
        yield made
    finally:
        made.program.kill9()


class BareServer:
    """The framework's least. It keeps its port when it is started again."""

    def __init__(self, place: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "tests.bench._bare_server", str(self.port)]
        self.program = Program(command, plain_environment(place), place / "bare-server.log")

    def start(self) -> None:
        self.program.start()
        wait_until(lambda: answers(self.port, "/status"), "the bare server")


@contextmanager
def bare_server(place: Path) -> Iterator[BareServer]:
    """Not started yet."""
    made = BareServer(place)
    try:
        yield made
    finally:
        made.program.kill9()


def answers(port: int, path: str) -> bool:
    """Whether that is answered with 200 now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
