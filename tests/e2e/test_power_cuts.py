"""Is everything that was lived on the server, once, whichever program dies with kill -9 and when?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.company import Company, Person
from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.lived import (
    cost_of,
    each_action_once,
    everything_arrived,
    let_time_pass,
    lived,
    only_log,
    spent,
    wait_a_second,
)
from tests.e2e.test_a_day_online import ONE_JOURNEY, assert_lived
from tests.e2e.workstation import Workstation


@pytest.mark.parametrize("killed_before", ["timer.start", "timer.pause", "timer.resume", "timer.stop"])
def test_both_die_around_an_action(
    killed_before: str, annas_app: Workstation, server: Company, anna: Person
) -> None:
    """The server dies before that action, the app after it; both come back."""
    before, budget_before = anna.logs("BP-123"), spent(server, "BP")

    def around(kind: str, act: Callable[[], object]) -> None:
        if kind != killed_before:
            act()
            return
        server.kill9()
        act()
        annas_app.restart_after_kill9()
        server.start()

    def start() -> None:
        annas_app.do("start", "BP-123")

    started = lived(lambda: around("timer.start", start), annas_app, "running")
    let_time_pass(annas_app, 1)
    paused = lived(lambda: around("timer.pause", lambda: annas_app.do("pause")), annas_app, "paused")
    wait_a_second()
    resumed = lived(lambda: around("timer.resume", lambda: annas_app.do("resume")), annas_app, "running")
    let_time_pass(annas_app, 1)
    stopped = lived(lambda: around("timer.stop", lambda: annas_app.do("stop")), annas_app, "idle")
    everything_arrived(annas_app)

    log = only_log(anna, "BP-123", before)
    assert_lived(log, [(started, paused), (resumed, stopped)], server)
    assert log["total_cost"] == cost_of(log["duration_seconds"])
    assert spent(server, "BP") - budget_before == log["total_cost"]
    each_action_once(server, ONE_JOURNEY)


def test_a_day_without_a_server_with_crashes_between(
    annas_app: Workstation, server: Company, anna: Person
) -> None:
    """The server is away for the whole journey and the app crashes after every action."""
    everything_arrived(annas_app)
    before = anna.logs("BP-123")
    server.kill9()

    started = lived(lambda: annas_app.do("start", "BP-123", "--ago", "20m"), annas_app, "running")
    annas_app.restart_after_kill9()
    assert annas_app.status()["elapsed_seconds"] >= 20 * 60
    paused = lived(lambda: annas_app.do("pause"), annas_app, "paused")
    annas_app.restart_after_kill9()
    wait_a_second()
    resumed = lived(lambda: annas_app.do("resume"), annas_app, "running")
    annas_app.restart_after_kill9()
    let_time_pass(annas_app, 1)
    stopped = lived(lambda: annas_app.do("stop", "-m", "On the train"), annas_app, "idle")
    annas_app.kill9()

    server.start()
    annas_app.start()
    everything_arrived(annas_app)

    log = only_log(anna, "BP-123", before)
    assert_lived(log, [(started.earlier_by(20 * 60), paused), (resumed, stopped)], server)
    assert log["description"] == "On the train"
    assert log["total_cost"] == cost_of(log["duration_seconds"])
    each_action_once(server, ONE_JOURNEY)


def test_the_screen_never_waits_for_a_server_that_is_away(annas_app: Workstation, server: Company) -> None:
    everything_arrived(annas_app)
    server.kill9()
    annas_app.do("start", "BP-123")
    status = annas_app.status()
    assert (status["status"], status["sync"]["waiting"]) == ("running", 1)


def test_the_app_finds_the_server_again_without_being_asked(
    annas_app: Workstation, network: FaultProxy, server: Company
) -> None:
    everything_arrived(annas_app)
    network.pull_the_cable()
    annas_app.do("start", "BP-123")
    annas_app.do("stop")
    network.plug_it_in()
    everything_arrived(annas_app)
    each_action_once(server, ["timer.start", "timer.stop"])
