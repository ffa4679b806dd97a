"""Is there one app for each profile, also when two start at once or one was killed?"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from pytestqt.qtbot import QtBot

from app.paths import Profile
from app.ui.single_instance import SingleInstance
from tests.fakes.process import Child, Say, needs_fork

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the place is a Unix socket")


class App:
    """One start of the app on one profile."""

    def __init__(self, folder: Path) -> None:
        self.instance = SingleInstance(Profile(folder), str(folder / "s"))
        self.shown = 0
        self.answers: list[bool] = []

    def serve(self) -> None:
        self.instance.serve(None, self._show, lambda: None)  # type: ignore[arg-type]  # showing needs no controller

    def _show(self) -> None:
        self.shown += 1

    def claim_in_a_thread(self, *, show: bool = True) -> Thread:
        """What another process does, while this one's event loop runs."""
        thread = Thread(target=lambda: self.answers.append(self.instance.claim(show=show)))
        thread.start()
        return thread


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[App]:
    app = App(tmp_path)
    yield app
    app.instance.close()


@pytest.fixture
def second(tmp_path: Path, qtbot: QtBot) -> Iterator[App]:
    app = App(tmp_path)
    yield app
    app.instance.close()


def test_the_second_shows_the_first(first: App, second: App, qtbot: QtBot) -> None:
    assert first.instance.claim()
    first.serve()
    thread = second.claim_in_a_thread()
    qtbot.waitUntil(lambda: second.answers == [False])
    thread.join()
    assert first.shown == 1


def test_a_first_that_does_not_listen_yet_is_shown_when_it_does(
    first: App, second: App, qtbot: QtBot
) -> None:
    assert first.instance.claim()
    thread = second.claim_in_a_thread()
    first.serve()
    qtbot.waitUntil(lambda: second.answers == [False])
    thread.join()
    assert first.shown == 1


def test_a_first_that_ends_makes_room(first: App, second: App) -> None:
    assert first.instance.claim()
    thread = second.claim_in_a_thread()
    first.instance.close()
    thread.join()
    assert second.answers == [True]


@needs_fork
def test_one_of_two_that_start_at_once(tmp_path: Path) -> None:
    """Each says whether it may go on; the one that may holds on until it is killed."""

    def start(say: Say) -> None:
        instance = SingleInstance(Profile(tmp_path), str(tmp_path / "s"))
        say("mine" if instance._lock.take() else "another's")
        while True:
            pass

    with Child(start) as one, Child(start) as other:
        assert {one.line(), other.line()} == {"mine", "another's"}


@needs_fork
def test_what_a_killed_app_left_blocks_nothing(tmp_path: Path, first: App, second: App, qtbot: QtBot) -> None:
    def be_killed(say: Say) -> None:
        assert SingleInstance(Profile(tmp_path), str(tmp_path / "s")).claim()
        socket.socket(socket.AF_UNIX).bind(str(tmp_path / "s"))
        say("listens")
        while True:
            pass

    with Child(be_killed) as killed:
        assert killed.line() == "listens"
    assert (tmp_path / "s").exists()
    assert first.instance.claim()
    first.serve()
    thread = second.claim_in_a_thread()
    qtbot.waitUntil(lambda: second.answers == [False])
    thread.join()
    assert first.shown == 1


def test_only_its_user_may_connect(first: App, tmp_path: Path) -> None:
    assert first.instance.claim()
    first.serve()
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0
