"""Can sign-in, search and stop be done on a real screen with the keyboard alone?"""

from __future__ import annotations

from tests.e2e.company import ANNA, PASSWORD, Person
from tests.e2e.eventually import eventually
from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.lived import everything_arrived
from tests.e2e.workstation import Workstation


def opens_search(app: Workstation) -> None:
    app.choose("Sear")
    eventually(lambda: "focused" in app.field("Find an issue").states, "the search with the focus")


def is_gone(app: Workstation, words: str) -> bool:
    return not any(
        each.name.startswith(words) and "showing" in each.states for each in app.desktop.widgets(app.pid)
    )


def test_sign_in(app: Workstation, network: FaultProxy) -> None:
    app.choose("Sign in")
    eventually(lambda: "focused" in app.field("Server").states, "the window with the focus")
    app.desktop.type(network.url)
    app.desktop.press("Tab")
    app.desktop.type(ANNA)
    app.desktop.press("Tab")
    app.desktop.type("not the password")
    app.desktop.press("Return")
    eventually(lambda: app.shows("password"), "what went wrong")
    eventually(lambda: "focused" in app.field("Password").states, "the password to be typed anew")
    app.desktop.type(PASSWORD)
    app.desktop.press("Return")
    everything_arrived(app)
    eventually(lambda: is_gone(app, "Password"), "the window to go")


def test_search_and_start(annas_app: Workstation) -> None:
    everything_arrived(annas_app)
    opens_search(annas_app)
    annas_app.desktop.type("bp-12")
    annas_app.desktop.press("Down", "Return")
    eventually(lambda: annas_app.status()["status"] == "running", "the timer")
    eventually(lambda: is_gone(annas_app, "Find an issue"), "the search to go")


def test_started_earlier_without_a_mouse(annas_app: Workstation) -> None:
    everything_arrived(annas_app)
    opens_search(annas_app)
    annas_app.desktop.type("BP-123")
    annas_app.desktop.press("Tab", "Tab", "space")
    eventually(lambda: annas_app.menu_item("Started 10 min ago"), "the menu of beginnings")
    annas_app.desktop.press("Down", "Down", "Down", "Return")
    eventually(lambda: "focused" in annas_app.field("Find an issue").states, "the field again")
    annas_app.desktop.press("Return")
    eventually(lambda: annas_app.status()["elapsed_seconds"] >= 600, "ten minutes")


def test_escape_and_looking_elsewhere_close_the_search(app: Workstation) -> None:
    opens_search(app)
    app.desktop.press("Escape")
    eventually(lambda: is_gone(app, "Find an issue"), "the search to go")
    app.choose("Sign in")
    eventually(lambda: "focused" in app.field("Server").states, "the window with the focus")
    opens_search(app)
    app.desktop.run("xdotool", "search", "--name", "Sign in to Hourkeep", "windowactivate")
    eventually(lambda: is_gone(app, "Find an issue"), "the search to go")


def test_stop_with_words(annas_app: Workstation, anna: Person) -> None:
    before = anna.logs("BP-123")
    annas_app.do("start", "BP-123", "--ago", "10m")
    annas_app.choose("Stop")
    eventually(lambda: "focused" in annas_app.field("What did you do?").states, "the question with the focus")
    annas_app.desktop.type("Fixed the login redirect")
    annas_app.desktop.press("Return")
    eventually(lambda: annas_app.status()["status"] == "idle", "the end")
    everything_arrived(annas_app)
    (log,) = [each for each in anna.logs("BP-123") if each not in before]
    assert log["description"] == "Fixed the login redirect"


def test_stop_and_go_on(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    annas_app.choose("Stop")
    eventually(lambda: "focused" in annas_app.field("What did you do?").states, "the question with the focus")
    annas_app.desktop.press("shift+Tab", "Return")
    eventually(lambda: is_gone(annas_app, "What did you do?"), "the question to go")
    assert annas_app.status()["status"] == "running"
