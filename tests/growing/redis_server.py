"""How does a test run a Redis that it may kill?"""

from __future__ import annotations

from pathlib import Path

from tests.e2e.eventually import eventually
from tests.e2e.programs import Program
from tests.growing.farm import LOCAL, PATH, READY_WITHIN_S, answers, free_port


class RedisServer:
    """Forgets everything when it ends."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        command = ["redis-server", "--bind", LOCAL, "--port", str(self.port), "--save", ""]
        self._program = Program(command, {"PATH": PATH}, folder / "redis.log")

    @property
    def url(self) -> str:
        return f"redis://{LOCAL}:{self.port}/0"

    def start(self) -> None:
        self._program.start()
        eventually(lambda: answers(self.port), "Redis", READY_WITHIN_S)

    def kill(self) -> None:
        self._program.kill9()
