"""How does a test start server processes one after another, and kill each?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from tests.e2e.eventually import eventually
from tests.e2e.programs import ROOT
from tests.growing.farm import PATH, READY_WITHIN_S, answers, free_port
from tests.growing.mortal import Doom, Life

KILLED: Final = -signal.SIGKILL


class Lives:
    """Of one server, at one port. At most one process lives at any time. Its words go to `log`."""

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        self.port = free_port()
        self._pid = 0
        with log.open("ab") as words:
            self._mother = subprocess.Popen(
                [sys.executable, "-m", "tests.growing.mortal"],
                cwd=ROOT,
                env={"PATH": PATH, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                text=True,
                start_new_session=True,
            )

    def begin(self, doom: Doom | None = None) -> None:
        """One that takes connections when this returns, or has met its doom already."""
        said = self._mother.stdin
        assert said is not None
        said.write(msgspec.json.encode(Life(self.port, doom)).decode() + "\n")
        said.flush()
        self._pid = self._heard()
        eventually(partial(answers, self.port), "a server", READY_WITHIN_S)

    def kill(self) -> None:
        """The one that lives now."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def end(self) -> int:
        """How it ended; waits for it."""
        return self._heard()

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._mother.pid, signal.SIGKILL)
        self._mother.communicate()

    def _heard(self) -> int:
        heard = self._mother.stdout
        assert heard is not None
        line = heard.readline()
        assert line, f"nobody starts servers any more: {self.log.read_text()}"
        return int(line)
