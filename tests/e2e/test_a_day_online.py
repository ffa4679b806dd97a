"""Does a piece of work that is started, paused, resumed and stopped on the screen arrive to the second and the cent?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.e2e.company import Company, Person
from tests.e2e.lived import (
    Moment,
    cost_of,
    each_action_once,
    everything_arrived,
    let_time_pass,
    lived,
    only_log,
    spent,
    wait_a_second,
)
from tests.e2e.workstation import Workstation

ONE_JOURNEY = ["timer.start", "timer.pause", "timer.resume", "timer.stop"]


@dataclass(frozen=True, slots=True)
class Hands:
    """One way to use the timer."""

    pause: Callable[[Workstation], object]
    resume: Callable[[Workstation], object]
    stop: Callable[[Workstation], object]


def stop_in_the_floating_timer(app: Workstation) -> None:
    app.click("Stop")
    app.skip_the_description()


def stop_in_the_tray(app: Workstation) -> None:
    app.choose("Stop")
    app.skip_the_description()


HANDS = {
    "tray": Hands(
        pause=lambda app: app.choose("Pause"),
        resume=lambda app: app.choose("Resume"),
        stop=stop_in_the_tray,
    ),
    "floating timer": Hands(
        pause=lambda app: app.click("Pause"),
        resume=lambda app: app.click("Resume"),
        stop=stop_in_the_floating_timer,
    ),
    "command line": Hands(
        pause=lambda app: app.do("pause"),
        resume=lambda app: app.do("resume"),
        stop=lambda app: app.do("stop", "-m", "Fixed the login redirect"),
    ),
}


@pytest.mark.parametrize("way", HANDS)
def test_one_journey(way: str, annas_app: Workstation, server: Company, anna: Person) -> None:
    hands = HANDS[way]
    before, budget_before = anna.logs("BP-123"), spent(server, "BP")

    started = lived(lambda: annas_app.do("start", "BP-123"), annas_app, "running")
    let_time_pass(annas_app, 2)
    paused = lived(lambda: hands.pause(annas_app), annas_app, "paused")
    wait_a_second()
    resumed = lived(lambda: hands.resume(annas_app), annas_app, "running")
    let_time_pass(annas_app, 1)
    stopped = lived(lambda: hands.stop(annas_app), annas_app, "idle")
    everything_arrived(annas_app)

    log = only_log(anna, "BP-123", before)
    assert_lived(log, [(started, paused), (resumed, stopped)], server)
    assert log["total_cost"] == cost_of(log["duration_seconds"])
    assert spent(server, "BP") - budget_before == log["total_cost"]
    each_action_once(server, ONE_JOURNEY)


def assert_lived(log: dict[str, object], stretches: list[tuple[Moment, Moment]], server: Company) -> None:
    """The log's stretches are those that were lived, and their seconds are its duration."""
    rows = server.rows(
        "SELECT start_ms / 1000, end_ms / 1000 FROM segments WHERE time_log_id = ? ORDER BY 1", log["id"]
    )
    assert len(rows) == len(stretches)
    for (start, end), (began, ended) in zip(rows, stretches, strict=True):
        assert start in began
        assert end in ended
    assert log["duration_seconds"] == sum(end - start for start, end in rows)


def test_the_screen_shows_the_cost_of_the_seconds_it_shows(annas_app: Workstation) -> None:
    annas_app.do("start", "BP-123", "--ago", "10m")
    status = annas_app.status()
    assert status["elapsed_seconds"] >= 600
    assert Decimal(str(status["cost"])) == cost_of(status["elapsed_seconds"])
