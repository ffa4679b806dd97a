"""Do several instances behind a proxy work as one, also while some of them die?"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from threading import Event, Thread
from typing import Final, Self

from tests.e2e.eventually import eventually
from tests.growing.farm import Farm
from tests.growing.staff import pass_of
from tests.growing.worker import ByJournal, ByRequests, Line, Worker
from tests.server.company import Company

STAFF: Final = 30
HOURLY: Final = Decimal("83.3333")
SEED: Final = 7


def staff(company: Company, farm: Farm) -> list[Worker]:
    """Half of them press buttons, half of them send a journal; all on the same budget."""
    company.set_budget("BP", 100_000_000)
    issues = [(company.issues[f"BP-{number}"], company.projects["BP"]) for number in range(1, 11)]
    keys = [f"BP-{number}" for number in range(1, 11)]
    found: list[Worker] = []
    for number in range(STAFF):
        person = company.hire(f"worker-{number}", ["BP"], hourly=HOURLY)
        line = Line(farm.port, pass_of(company, person).token)
        rng = Random(f"{SEED}-{number}")  # noqa: S311  # no secret
        if number % 2:
            found.append(ByRequests(line, issues, rng))
        else:
            found.append(ByJournal(line, person.device(), keys, HOURLY, rng))
    return found


class Shift:
    """All of the staff work at once until they are sent home. `failed`: what stopped one of them."""

    def __init__(self, workers: list[Worker]) -> None:
        self._workers = workers
        self._over = Event()
        self._threads = [Thread(target=self._all_day, args=(worker,)) for worker in workers]
        self.failed: list[str] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def pieces(self) -> int:
        return sum(len(worker.books.seconds) for worker in self._workers)

    def go_on(self, pieces: int) -> None:
        """Until so many more are done."""
        wanted = self.pieces + pieces
        eventually(lambda: self.failed or self.pieces >= wanted, f"{pieces} more pieces of work", within=120)

    def _all_day(self, worker: Worker) -> None:
        try:
            while not self._over.is_set():
                worker.work()
        except Exception as failure:  # noqa: BLE001  # the test says what it was
            self.failed.append(repr(failure))
        finally:
            worker.line.close()


def test_nobody_notices_that_instances_die(company: Company, farm: Farm) -> None:
    workers = staff(company, farm)
    with Shift(workers) as shift:
        shift.go_on(100)
        farm.instances[0].kill9()
        shift.go_on(100)
        assert farm.instances[1].end() == 0
        shift.go_on(100)
        farm.start_instances(0)
        shift.go_on(100)
    assert not shift.failed
    assert not [trouble for worker in workers for trouble in worker.line.trouble]
    assert not farm.failures
    assert_books_agree(company, workers)


def assert_books_agree(company: Company, workers: list[Worker]) -> None:
    """Nothing is lost, nothing is there twice, and each second and cent is where everybody knows it to be."""
    found = company.rows("SELECT id, status, duration_seconds, total_cost FROM issue_time_logs ORDER BY id")
    assert [status for _, status, *_ in found] == ["stopped"] * len(found)
    seconds = {log_id: seconds for worker in workers for log_id, seconds in worker.books.seconds.items()}
    costs = {log_id: cost for worker in workers for log_id, cost in worker.books.costs.items()}
    assert {log_id: duration for log_id, _, duration, _ in found} == seconds
    assert {log_id: Decimal(cost) for log_id, *_, cost in found} == costs
    assert company.rows("SELECT count(*) FROM active_timers") == [(0,)]
    assert company.spent("BP") == sum(costs.values())
    company.check()
