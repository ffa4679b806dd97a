"""Is the app started where none runs, and is it said when it cannot be reached?"""

from __future__ import annotations

import io
import socket
import subprocess
import sys

import pytest

from app.cli.command_line import Terminal
from tests.app.cli.conftest import Process, Shell

PAUSED = {"ok": True, "issue_key": "BP-123", "elapsed_seconds": 1}


def test_a_running_app_is_not_started_again(shell: Shell) -> None:
    shell.app_runs(lambda _: PAUSED)
    assert shell.type("pause") == 0
    assert shell.launched == 0


def test_a_command_starts_the_app_and_waits_for_it(shell: Shell) -> None:
    def soon() -> None:
        if shell.waited == 3:
            shell.app_runs(lambda _: PAUSED)

    shell.on_wait = soon
    assert shell.type("pause") == 0
    assert (shell.launched, shell.waited) == (1, 3)


def test_an_app_that_finds_another_one_starting_leaves_it_the_command(shell: Shell) -> None:
    shell.on_launch = lambda: Process(0)
    shell.on_wait = lambda: shell.app_runs(lambda _: PAUSED)
    assert shell.type("pause") == 0


def test_what_a_killed_app_left_is_no_app(shell: Shell) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(shell.socket))

    def soon() -> None:
        shell.socket.unlink()
        shell.app_runs(lambda _: PAUSED)

    shell.on_wait = soon
    assert shell.type("pause") == 0
    assert shell.launched == 1


def test_an_app_that_dies_at_once_is_said(shell: Shell) -> None:
    shell.on_launch = lambda: Process(1)
    assert shell.type("pause") == 1
    assert shell.waited == 0
    assert shell.err.getvalue().count("\n") == 1
    assert "hourkeep.log" in shell.err.getvalue()


def test_an_app_that_never_answers_is_said(shell: Shell) -> None:
    assert shell.type("status") == 1
    assert shell.waited == 300
    assert "hourkeep.log" in shell.err.getvalue()


@pytest.mark.parametrize(
    "said", [b"", b"half a li", b"no json\n", b"[]\n", b"{}\n", b'{"ok": 1}\n', b"\xff\n"]
)
def test_an_app_that_says_nothing_useful(shell: Shell, said: bytes) -> None:
    shell.app_runs(lambda _: said)
    assert shell.type("pause") == 1
    assert shell.err.getvalue().count("\n") == 1
    assert "does not answer" in shell.err.getvalue()


def test_quit(shell: Shell) -> None:
    app = shell.app_answers()
    assert shell.type("quit") == 0
    assert app.heard == [{"do": "quit"}]
    assert shell.out.getvalue() == "Hourkeep has ended.\n"


def test_quit_starts_nothing(shell: Shell) -> None:
    assert shell.type("quit") == 0
    assert shell.launched == 0
    assert shell.out.getvalue() == "Hourkeep is not running.\n"


def test_too_much_to_send(shell: Shell) -> None:
    app = shell.app_answers()
    assert shell.type("stop", "-m", "x" * 70_000) == 1
    assert "too long" in shell.err.getvalue()
    assert app.heard == []


def test_a_terminal_without_these_letters() -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Terminal(None, narrow, None).say("für 60 €")
    narrow.seek(0)
    assert narrow.read() == "f?r 60 ?\n"


def test_a_program_without_a_console() -> None:
    Terminal(None, None, None).say("nobody reads this")


def test_the_command_line_starts_without_qt() -> None:
    code = "import sys, app.cli; sys.exit(any(m.startswith(('PySide6', 'requests', 'keyring')) for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
