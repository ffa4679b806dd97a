"""Does each window do on a real screen what a person expects of it?"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tests.e2e.company import Company, Person
from tests.e2e.desktop import SCREEN, Widget
from tests.e2e.eventually import eventually
from tests.e2e.lived import each_action_once, everything_arrived, only_log
from tests.e2e.workstation import Workstation

NEARLY: int = 24  # the window manager takes over after the first steps of a drag


def test_a_recent_issue_is_two_clicks_away(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    annas_app.do("stop")
    annas_app.choose("Start", "BP-123")
    eventually(lambda: annas_app.status()["status"] == "running", "the timer to run")


def test_what_was_done_is_typed_after_the_stop(annas_app: Workstation, server: Company, anna: Person) -> None:
    before = anna.logs("BP-123")
    annas_app.do("start", "BP-123", "--ago", "1h")
    annas_app.click("Stop")
    shown = annas_app.status()["elapsed_seconds"]
    annas_app.button("Skip")
    annas_app.desktop.type("Fixed the login redirect")
    annas_app.click("Save")
    eventually(partial(annas_app.shows, f"Logged {timedelta(seconds=shown)}"), "the notification")
    everything_arrived(annas_app)
    log = only_log(anna, "BP-123", before)
    assert log["description"] == "Fixed the login redirect"
    assert log["duration_seconds"] == shown
    each_action_once(server, ["timer.start", "timer.stop"])


def test_a_crash_while_the_description_is_asked_loses_no_second(
    annas_app: Workstation, server: Company, anna: Person
) -> None:
    before = anna.logs("BP-123")
    annas_app.do("start", "BP-123", "--ago", "10m")
    annas_app.click("Stop")
    annas_app.button("Skip")
    shown = annas_app.status()["elapsed_seconds"]
    annas_app.restart_after_kill9()
    everything_arrived(annas_app)
    assert only_log(anna, "BP-123", before)["duration_seconds"] == shown
    each_action_once(server, ["timer.start", "timer.stop"])


def test_the_floating_timer_stays_where_it_was_put(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    before = floating(annas_app)
    handle = before.x + 150, before.y + 12
    annas_app.desktop.drag(handle, (handle[0] - 400, handle[1] - 300))
    moved = eventually(lambda: elsewhere(annas_app, before), "the floating timer to move")
    assert abs(moved.x - (before.x - 400)) <= NEARLY
    assert abs(moved.y - (before.y - 300)) <= NEARLY
    eventually(
        lambda: "positions" in settings(annas_app) and "{}" not in settings(annas_app), "its place kept"
    )
    annas_app.restart_after_kill9()
    again = floating(annas_app)
    assert (again.x, again.y) == (moved.x, moved.y)


def test_the_floating_timer_never_opens_off_the_screen(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    window = floating(annas_app)
    annas_app.desktop.drag((window.x + 150, window.y + 12), (window.x + 150 - 300, window.y + 12))
    eventually(lambda: "{}" not in settings(annas_app), "its place kept")
    annas_app.kill9()
    path = annas_app.profile / "settings.json"
    kept = path.read_text()
    place = kept[kept.index("[") : kept.index("]") + 1]
    path.write_text(kept.replace(place, "[9000, -4000]"))
    annas_app.start()
    again = floating(annas_app)
    assert again.x >= 0
    assert again.y >= 0
    assert again.x + again.width <= SCREEN[0]
    assert again.y + again.height <= SCREEN[1]


def floating(app: Workstation) -> Widget:
    """Its frame on the screen."""
    return app.desktop.find(app.pid, "the floating timer", lambda each: each.name == "Hourkeep timer")


def elsewhere(app: Workstation, before: Widget) -> Widget | None:
    now = floating(app)
    return now if (now.x, now.y) != (before.x, before.y) else None


def settings(app: Workstation) -> str:
    path = app.profile / "settings.json"
    text = path.read_text() if path.exists() else ""
    return text[text.find('"positions"') : text.find('"server_id"')] if '"positions"' in text else "{}"


def test_a_description_of_a_megabyte_is_refused_and_the_timer_runs_on(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    done = annas_app.command("stop", "-m", "x" * 100_000)
    assert done.code == 1
    assert len(done.err.strip().splitlines()) == 1
    assert annas_app.status()["status"] == "running"


def test_compact_and_full(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123")
    full = floating(annas_app)
    annas_app.choose("Compact form")
    compact = eventually(lambda: smaller(annas_app, full), "the compact form")
    assert (compact.x + compact.width, compact.y + compact.height) == corner(full)
    annas_app.click("Pause")
    eventually(lambda: annas_app.status()["status"] == "paused", "the pause")


def test_the_floating_timer_grows_away_from_the_corner_in_which_it_stands(annas_app: Workstation) -> None:
    """It has another height for each thing that it says."""
    fresh = corner(floating(annas_app))
    annas_app.do("start", "BP-123")
    eventually(partial(annas_app.shows, "0:00:0"), "the running timer")
    running = floating(annas_app)
    annas_app.do("stop")
    eventually(lambda: floating(annas_app).height > running.height, "the recent issues")
    assert fresh == corner(running) == corner(floating(annas_app))


def corner(window: Widget) -> tuple[int, int]:
    """The lower right one."""
    return window.x + window.width, window.y + window.height


def smaller(app: Workstation, than: Widget) -> Widget | None:
    now = floating(app)
    return now if now.height < than.height else None
