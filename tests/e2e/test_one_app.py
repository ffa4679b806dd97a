"""Is there one app for each person, however often it is started?"""

from __future__ import annotations

import signal

from tests.e2e.eventually import eventually
from tests.e2e.programs import Program
from tests.e2e.workstation import APP, Workstation


def test_a_second_start_shows_the_first(app: Workstation) -> None:
    second = Program(APP, app.environment, app.profile.parent / "second.log")
    second.start()
    assert second.wait() == 0
    assert app.program.alive
    eventually(lambda: app.shows("Hourkeep") or app.shows("Start"), "the floating timer")


def test_a_command_starts_the_app_hidden(app: Workstation) -> None:
    app.kill9()
    assert app.status()["status"] == "idle"
    app.do("quit")
    eventually(lambda: not app.socket_answers(), "the hidden app to quit")


def test_quit_and_sigterm_end_it_cleanly(app: Workstation) -> None:
    app.do("quit")
    assert app.program.wait() == 0
    app.start()
    assert app.program.end(signal.SIGTERM) == 0
    app.start()
    assert app.program.end(signal.SIGINT) == 0


def test_an_unknown_issue_is_said(annas_app: Workstation) -> None:
    done = annas_app.command("start", "NOPE-1")
    assert done.code == 1
    assert "NOPE-1" in done.err
    assert annas_app.status()["status"] == "idle"


def test_wrong_usage_is_exit_code_2(app: Workstation) -> None:
    assert app.command("start").code == 2
    assert app.command("frobnicate").code == 2
