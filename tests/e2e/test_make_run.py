"""Does a newcomer's one command work, stop cleanly, and go on the next time?"""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desktop import Desktop
from tests.e2e.eventually import eventually
from tests.e2e.programs import ROOT, Program, run
from tests.e2e.workstation import APP

DEMO = [sys.executable, str(ROOT / "packaging" / "run" / "demo.py")]


@pytest.fixture
def demo(desktop: Desktop, tmp_path: Path) -> Iterator[Program]:
    program = Program(
        [*DEMO, "--folder", str(tmp_path / "demo")], desktop.environment, tmp_path / "demo-words.log"
    )
    yield program
    program.kill9()


def status(desktop: Desktop, folder: Path) -> Any:
    profile = {"HOURKEEP_PROFILE": str(folder / "demo" / "profile")}
    done = run([*APP, "status", "--json"], {**desktop.environment, **profile})
    assert done.code == 0, done.err
    return json.loads(done.out)


def is_up(demo: Program) -> bool:
    assert demo.alive, demo.words
    return demo.words.count("Hourkeep is running") == 1


def nothing_is_left(folder: Path) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int((folder / "demo" / "port").read_text()))) != 0


def test_anna_is_signed_in_and_the_second_run_goes_on(
    demo: Program, desktop: Desktop, tmp_path: Path
) -> None:
    demo.start()
    eventually(lambda: is_up(demo), "make run", within=60)
    profile = {"HOURKEEP_PROFILE": str(tmp_path / "demo" / "profile")}
    eventually(lambda: status(desktop, tmp_path)["sync"]["state"] == "online", "Anna signed in")
    assert run([*APP, "start", "BP-123"], {**desktop.environment, **profile}).code == 0
    assert demo.end(signal.SIGINT) == 0
    assert nothing_is_left(tmp_path)

    demo.log.unlink()
    demo.start()
    eventually(lambda: is_up(demo), "the second make run", within=60)
    assert status(desktop, tmp_path)["status"] == "running"
    assert demo.end(signal.SIGTERM) == 0
    assert nothing_is_left(tmp_path)


def test_without_a_screen_it_says_so(desktop: Desktop, tmp_path: Path) -> None:
    blind = {name: value for name, value in desktop.environment.items() if name != "DISPLAY"}
    done = run([*DEMO, "--folder", str(tmp_path / "demo")], blind)
    assert done.code == 1
    assert "xvfb-run make run" in done.err
    assert not (tmp_path / "demo").exists()
