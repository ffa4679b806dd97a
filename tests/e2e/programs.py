"""How does a test start, kill and end a real program?"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
QUIT_WITHIN_S: Final = 15.0


@dataclass(slots=True)
class Program:
    """A program of the test's own, in a process group of its own. Its words go to `log`."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def words(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self, say: str = "") -> None:
        assert not self.alive, f"{self.command} runs already"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert self.process.stdin is not None
        self.process.stdin.write(say.encode())
        self.process.stdin.close()

    def kill9(self) -> None:
        """As a power cut would: the program gets no chance to do anything."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end and returns its exit code."""
        assert self.process is not None, "not started"
        self.process.send_signal(by)
        return self.wait()

    def wait(self, within: float = QUIT_WITHIN_S) -> int:
        assert self.process is not None, "not started"
        return self.process.wait(within)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said when it ended."""

    code: int
    out: str
    err: str


def run(
    command: Sequence[str], environment: Mapping[str, str], say: str | None = None, within: float = 60.0
) -> Done:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(environment),
        input=say or "",
        capture_output=True,
        text=True,
        check=False,
        timeout=within,
    )
    return Done(done.returncode, done.stdout, done.stderr)
