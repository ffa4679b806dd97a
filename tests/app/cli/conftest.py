"""How is a command typed in these tests?"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.cli.arguments import parser
from app.cli.command_line import Terminal, run
from app.cli.running_app import RunningApp
from app.errors import AppError
from app.paths import Profile
from tests.app.cli.listener import Answer, Listener

# The listener of these tests is a Unix socket.
collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []


@dataclass
class Process:
    """A started app: `code` is its exit code once it has ended."""

    code: int | None = None

    def poll(self) -> int | None:
        return self.code


@dataclass
class Shell:
    """A terminal, and the place where the app listens or not."""

    folder: Path
    apps: ExitStack
    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)
    typed: str = ""
    launched: int = 0
    waited: int = 0
    on_launch: Callable[[], Process] = Process
    on_wait: Callable[[], object] = lambda: None

    @property
    def socket(self) -> Path:
        return self.folder / "s"

    def app_runs(self, answer: Answer) -> Listener:
        return self.apps.enter_context(Listener(self.socket, answer))

    def app_answers(self, **answer: Any) -> Listener:
        return self.app_runs(lambda _request: {"ok": True, **answer})

    def type(self, *words: str) -> int:
        """The exit code, as `main` gives it."""
        terminal = Terminal(io.StringIO(self.typed), self.out, self.err)
        app = RunningApp(Profile(self.folder / "profile"), str(self.socket), self._launch, self._wait)
        try:
            return run(parser().parse_args(words), app, terminal)
        except AppError as error:
            terminal.complain(str(error))
            return 1

    def _launch(self, _profile: Profile) -> Process:
        self.launched += 1
        return self.on_launch()

    def _wait(self, _seconds: float) -> None:
        self.waited += 1
        self.on_wait()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with ExitStack() as apps:
        yield Shell(tmp_path, apps)
