"""Can time whose issue was deleted meanwhile be given to another one, in the window and by keyboard alone?"""

from __future__ import annotations

from typing import Any, Final

from tests.e2e.company import Company, Person
from tests.e2e.eventually import eventually
from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.lived import everything_arrived, only_log
from tests.e2e.workstation import Workstation

MANAGER: Final = "manager@demo.test"


def issue_id(person: Person, key: str) -> int:
    """Of the issue with that key."""
    found = person.get(f"/issues?q={key}")["items"]
    return next(int(each["id"]) for each in found if each["key"] == key)


def needs_anna(app: Workstation) -> Any:
    """The one item that waits for her, once the app knows of it."""
    return eventually(lambda: app.outbox()["attention"], "what needs Anna", within=45)[0]


def work_on_an_issue_that_is_deleted_meanwhile(
    app: Workstation, network: FaultProxy, server: Company, anna: Person
) -> None:
    everything_arrived(app)
    network.pull_the_cable()
    app.do("start", "BP-123", "--ago", "10m")
    app.do("stop")
    manager = server.sign_in(MANAGER)
    assert manager.ask("DELETE", f"/issues/{issue_id(anna, 'BP-123')}").status in (200, 204)
    network.plug_it_in()


def test_an_issue_that_was_deleted_while_offline(
    annas_app: Workstation, network: FaultProxy, server: Company, anna: Person
) -> None:
    before = anna.logs("BP-124")
    work_on_an_issue_that_is_deleted_meanwhile(annas_app, network, server, anna)
    assert needs_anna(annas_app)["code"] == "ISSUE_DELETED"

    annas_app.choose("Outbox: 1 needs you")
    move = "Move to another issue"
    eventually(lambda: "focused" in annas_app.button(move).states, "the first choice with the focus")
    annas_app.desktop.press("space")
    eventually(lambda: "focused" in annas_app.field("Find an issue").states, "the search with the focus")
    annas_app.desktop.type("bp-124")
    annas_app.desktop.press("Return")

    eventually(lambda: annas_app.outbox()["attention"] == [], "nothing that needs Anna", within=45)
    everything_arrived(annas_app)
    log = only_log(anna, "BP-124", before)
    assert log["duration_seconds"] >= 600
    eventually(lambda: annas_app.shows("Nothing needs you."), "the empty part")
