"""Is every action applied once, whatever the network answers in the server's place?"""

from __future__ import annotations

import pytest

from tests.e2e.company import Company, Person
from tests.e2e.eventually import eventually
from tests.e2e.fault_proxy import (
    BUSY,
    GARBAGE,
    PORTAL,
    PORTAL_REDIRECT,
    UNAUTHORISED,
    Drop,
    Fault,
    FaultProxy,
    Hang,
    LoseReply,
    Twice,
)
from tests.e2e.lived import cost_of, each_action_once, everything_arrived, only_log
from tests.e2e.workstation import Workstation

FAULTS: dict[str, Fault] = {
    "the connection breaks": Drop(),
    "the reply is lost": LoseReply(),
    "the request arrives twice": Twice(),
    "401": UNAUTHORISED,
    "503 with Retry-After": BUSY,
    "a portal's page": PORTAL,
    "a portal's redirect": PORTAL_REDIRECT,
    "half a reply": GARBAGE,
}


def work_offline(app: Workstation, network: FaultProxy) -> list[str]:
    """Twelve pieces of work without a network; the kinds of the actions that now wait."""
    everything_arrived(app)
    network.pull_the_cable()
    for _ in range(12):
        app.do("start", "BP-123", "--ago", "1s")
        app.do("stop")
    assert app.status()["sync"]["waiting"] == 24
    return ["timer.start", "timer.stop"] * 12


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_middle_of_a_replay(
    name: str, annas_app: Workstation, network: FaultProxy, server: Company
) -> None:
    kinds = work_offline(annas_app, network)
    network.next(LoseReply(), FAULTS[name], LoseReply())
    network.plug_it_in()
    if name == "401":
        eventually(lambda: network.planned == 0 or signed_out(annas_app), "the faults to be met")
        annas_app.sign_in(network.url)
    everything_arrived(annas_app)
    each_action_once(server, kinds)


def signed_out(app: Workstation) -> bool:
    return bool(app.status()["sync"]["state"] == "signed_out")


def test_a_reply_lost_after_the_commit_makes_one_log(
    annas_app: Workstation, network: FaultProxy, server: Company, anna: Person
) -> None:
    everything_arrived(annas_app)
    before = anna.logs("BP-123")
    network.next(LoseReply(), LoseReply(), LoseReply())
    annas_app.do("start", "BP-123", "--ago", "90s")
    eventually(lambda: network.planned == 0, "three lost replies", within=40)
    annas_app.do("stop")
    everything_arrived(annas_app)

    log = only_log(anna, "BP-123", before)
    assert log["duration_seconds"] >= 90
    assert log["total_cost"] == cost_of(log["duration_seconds"])
    each_action_once(server, ["timer.start", "timer.stop"])


def test_a_reply_lost_and_then_the_app_dies(
    annas_app: Workstation, network: FaultProxy, server: Company, anna: Person
) -> None:
    everything_arrived(annas_app)
    before = anna.logs("BP-123")
    network.next(LoseReply())
    annas_app.do("start", "BP-123")
    eventually(lambda: network.planned == 0, "a lost reply", within=40)
    annas_app.restart_after_kill9()
    annas_app.do("stop")
    everything_arrived(annas_app)
    only_log(anna, "BP-123", before)
    each_action_once(server, ["timer.start", "timer.stop"])


def test_behind_a_portal_the_work_goes_on_and_the_sign_in_stays(
    annas_app: Workstation, network: FaultProxy, server: Company
) -> None:
    everything_arrived(annas_app)
    network.from_now_on(PORTAL)
    annas_app.do("start", "BP-123")
    eventually(lambda: annas_app.status()["sync"]["state"] == "offline", "the app to notice")
    annas_app.do("stop")
    assert annas_app.status()["sync"]["waiting"] == 2
    network.plug_it_in()
    everything_arrived(annas_app)
    each_action_once(server, ["timer.start", "timer.stop"])


def test_a_server_that_never_answers_blocks_nothing(annas_app: Workstation, network: FaultProxy) -> None:
    everything_arrived(annas_app)
    network.from_now_on(Hang())
    annas_app.do("start", "BP-123")
    eventually(lambda: network.seen() or True, "a request")
    annas_app.do("pause")
    annas_app.do("resume")
    annas_app.do("stop")
    assert annas_app.status()["status"] == "idle"
    assert annas_app.do("quit") is not None
    assert annas_app.program.wait() == 0
