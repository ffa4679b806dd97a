"""What was lived, by the test's own watch and its own arithmetic?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Final

from tests.e2e.company import Company, Person
from tests.e2e.eventually import eventually
from tests.e2e.workstation import Workstation

ANNAS_HOURLY_RATE: Final = 50
TEN_THOUSANDTH: Final = 10_000


ANCHOR_ERROR_S: Final = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done: between these two epoch seconds, both included, as its anchor tells.

    A device's clock is put on the server's by a whole second, so an instant may come out as the second before (sync.md 2.9).
    """

    earliest: int
    latest: int

    def earlier_by(self, seconds: int) -> Moment:
        return Moment(self.earliest - seconds, self.latest - seconds)

    def __contains__(self, instant: int) -> bool:
        return self.earliest - ANCHOR_ERROR_S <= instant <= self.latest


def lived(do: Callable[[], object], device: Workstation, status: str) -> Moment:
    """Does it, and waits until the device shows that state."""
    earliest = floor(time.time())
    do()
    eventually(lambda: device.status()["status"] == status, f"the timer {status}")
    return Moment(earliest, floor(time.time()))


def let_time_pass(device: Workstation, seconds: int) -> None:
    """Works on until the device shows that many seconds more than now."""
    before = device.status()["elapsed_seconds"]
    eventually(lambda: device.status()["elapsed_seconds"] >= before + seconds, f"{seconds} s of work")


def wait_a_second() -> None:
    """Until the wall clock shows another second: for pauses, in which nothing on the device moves."""
    now = floor(time.time())
    eventually(lambda: floor(time.time()) > now, "the next second")


def cost_of(seconds: int) -> Decimal:
    """Anna's work in dollars: exact, rounded once, half up, to four places."""
    units = Fraction(seconds * ANNAS_HOURLY_RATE * TEN_THOUSANDTH, 3600)
    return Decimal(floor(units + Fraction(1, 2))) / TEN_THOUSANDTH


def everything_arrived(device: Workstation) -> Any:
    """The device's status once the server has confirmed all that was recorded."""

    def settled() -> Any:
        status = device.status()
        sync = status["sync"]
        return status if sync["state"] == "online" and sync["waiting"] == 0 else None

    return eventually(settled, "everything at the server", within=45)


def spent(server: Company, project_key: str) -> Decimal:
    """The budget's total as it is on disk, where money is whole ten-thousandths."""
    question = (
        "SELECT b.total_cost FROM project_budgets b JOIN projects p ON p.id = b.project_id WHERE p.key = ?"
    )
    ((units,),) = server.rows(question, project_key)
    return Decimal(units) / TEN_THOUSANDTH


def each_action_once(server: Company, kinds: list[str]) -> None:
    """The server applied these actions of devices, each once, in this order and without a gap."""
    found = server.rows(
        "SELECT d.device_id, d.seq, a.kind, a.outcome FROM device_actions d"
        " JOIN applied_actions a ON a.action_id = d.action_id ORDER BY d.device_id, d.seq"
    )
    assert [kind for _, _, kind, _ in found] == kinds
    assert [seq for _, seq, _, _ in found] == list(range(1, len(kinds) + 1))
    assert {outcome for _, _, _, outcome in found} <= {"applied"}
    ((count,),) = server.rows("SELECT count(*) FROM applied_actions WHERE device_id IS NOT NULL")
    assert count == len(kinds)


def only_log(anna: Person, issue_key: str, before: list[Any]) -> Any:
    """The one log on that issue that was not there before."""
    known = {each["id"] for each in before}
    new = [each for each in anna.logs(issue_key) if each["id"] not in known]
    assert len(new) == 1, new
    return new[0]
