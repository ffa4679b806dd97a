"""How does a test run servers that do jobs, and see which of them does?"""

from __future__ import annotations

import http.client
import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.e2e.eventually import eventually
from tests.e2e.programs import Program
from tests.growing.farm import LOCAL, PATH, READY_WITHIN_S, free_port, is_ready

ON_DUTY: Final = re.compile(r"^hourkeep_jobs_on_duty 1\.0$", re.MULTILINE)


class Instance:
    """One server process."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "server", "serve", "--host", LOCAL, "--port", str(self.port)]
        self.program = Program(command, {"PATH": PATH, **environment}, folder / f"instance-{self.port}.log")

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, str]:
        line = http.client.HTTPConnection(LOCAL, self.port, timeout=30)
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        try:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            reply = line.getresponse()
            return reply.status, reply.read().decode()
        finally:
            line.close()

    def is_on_duty(self) -> bool:
        return self.program.alive and ON_DUTY.search(self.ask("GET", "/metrics")[1]) is not None


class Instances:
    def __init__(self, folder: Path, environment: dict[str, str], count: int) -> None:
        self.all = [Instance(folder, environment) for _ in range(count)]

    def start(self) -> None:
        for each in self.all:
            each.program.start()
        for each in self.all:
            eventually(partial(is_ready, each.port), "an instance", READY_WITHIN_S)

    def close(self) -> None:
        for each in self.all:
            each.program.kill9()

    def on_duty(self) -> Instance:
        """Waits until exactly one is."""

        def one() -> Instance | None:
            found = [each for each in self.all if each.is_on_duty()]
            return found[0] if len(found) == 1 else None

        return eventually(one, "one instance on duty", within=60)

    def another(self, than: Instance) -> Instance:
        return next(each for each in self.all if each is not than)
