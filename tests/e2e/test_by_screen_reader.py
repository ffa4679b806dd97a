"""Can somebody who sees nothing use the floating timer?"""

from __future__ import annotations

from functools import partial

from tests.e2e.eventually import eventually
from tests.e2e.lived import everything_arrived
from tests.e2e.workstation import BUTTONS, Workstation


def test_every_button_has_a_name(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    annas_app.button("Pause")
    nameless = [
        each
        for each in annas_app.desktop.widgets(annas_app.pid)
        if each.role in BUTTONS and "showing" in each.states and not each.name
    ]
    assert nameless == []


def test_the_issue_the_time_and_the_cost_are_read_out(annas_app: Workstation) -> None:
    everything_arrived(annas_app)
    annas_app.do("start", "BP-123", "--ago", "1h")
    shown = [eventually(partial(annas_app.shows, words), words) for words in ("BP-123", "1:00:", "$50.")]
    assert all(shown)


def test_the_buttons_work_without_a_mouse(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    press(annas_app, "Pause")
    eventually(lambda: annas_app.status()["status"] == "paused", "the pause")
    press(annas_app, "Resume")
    eventually(lambda: annas_app.status()["status"] == "running", "the work to go on")


def press(app: Workstation, words: str) -> None:
    button = app.button(words)
    assert app.desktop.reader.press(app.pid, button.role, button.name)
