"""If the server is killed two hundred times while devices send everything twice at once, is everything there, once?"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Final

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.core.screen import Account
from app.core.timer import IssueRef
from server.db import migrate
from server.db.blocking import Blocking
from tests.growing.farm import LOCAL
from tests.growing.lives import KILLED, Lives
from tests.growing.mortal import Doom, Place
from tests.growing.reckoning import judge
from tests.growing.staff import pass_of
from tests.growing.twins import Device, Over, Owner, Sheet, Traffic
from tests.server.company import Company
from tests.server.databases import POSTGRESQL, SQLITE, Empty, blank, in_ci, kinds, server

SEED: Final = 11
KILLS: Final = {SQLITE: 100, POSTGRESQL: 100}
DAYS_AGO: Final = 30
DAY_S: Final = 86_400
BUDGETED: Final = ("A", "B", "C", "D", "E", "F")
FIRST_TOTAL: Final = 100
NEVER_USED_UP: Final = 100_000_000
UNKNOWN_ISSUE: Final = IssueRef(999_999, "WEB-99", "Of another company", None)
FEW: Final = 6
STATEMENTS: Final = 40  # more than a push has
COMMITS: Final = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """After so many answers, and that part of a usual request."""

    answers: int
    part: float


Ending = Doom | Moment


def endings(rng: Random, count: int) -> Iterator[Ending]:
    """Half of them come from outside and may be at any moment, the others are at a place that is chosen."""
    for _ in range(count):
        way = rng.choice([None, None, None, None, *Place, Place.STATEMENT])
        if way is None:
            yield Moment(rng.randrange(FEW), 2 * rng.random())
        else:
            more = rng.randrange(STATEMENTS if way is Place.STATEMENT else COMMITS)
            yield Doom(way, rng.randrange(1, FEW), more)


class Crew:
    """All devices work at once, each in a thread of its own, until they are told to finish. `failed`: what stopped one of them."""

    def __init__(self, owners: list[Owner], folder: Path, traffic: Traffic, lives: Lives) -> None:
        now = time.time_ns() // 1_000_000_000
        self._folder, self._traffic, self._lives, self._now = folder, traffic, lives, now
        self._is_enough = Event()
        self.sheets: list[Sheet] = []
        self.odd: list[object] = []
        self.failed: list[str] = []
        self._threads = [Thread(target=self._live, args=(each, n)) for n, each in enumerate(owners)]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Until the server has everything."""
        self._is_enough.set()
        for thread in self._threads:
            thread.join()

    def _live(self, owner: Owner, number: int) -> None:
        try:
            rng = Random(f"{SEED}-{number}")  # noqa: S311  # no secret
            since = self._now - DAYS_AGO * DAY_S
            device = Device(owner, self._folder / f"{number}", self._traffic, rng, since, self._now)
            try:
                while not self._is_enough.is_set():
                    device.work()
                device.finish()
            finally:
                device.close()
                self.odd += device.network.odd
                self.sheets.append(device.sheet)
        except Over:
            pass
        except Exception as failure:  # noqa: BLE001  # the test says what it was
            self.failed.append(repr(failure))
            self._traffic.give_up()
            self._lives.kill()


class Staff:
    """Three share six budgets, and send only what is whole; Pia works on two devices at the same time; Hal sends halves."""

    def __init__(self, company: Company, lives: Lives) -> None:
        self.rates: dict[int, int] = {}
        self.totals: dict[int, int] = {}
        self.owners: list[Owner] = []
        self._company, self._lives = company, lives
        for number, key in enumerate(BUDGETED):
            company.projects[key] = company.add_project(key)
            self._limit(key, FIRST_TOTAL * 2**number)
        self._limit("WEB", NEVER_USED_UP)
        for number in range(3):
            self._hire(f"roamer-{number}", BUDGETED, "36.0000")
        self._hire("pia", ("WEB",), "33.3333", devices=2, more=(UNKNOWN_ISSUE,))
        self._hire("hal", ("WEB",), "61.7250", sends_halves=True)

    def _limit(self, project: str, total: int) -> None:
        warn, alarm = Decimal(80), Decimal(95)
        self._company.set_budget(project, total, alert_threshold=warn, critical_threshold=alarm)
        self.totals[self._company.projects[project]] = total

    def _hire(
        self,
        name: str,
        projects: tuple[str, ...],
        hourly: str,
        *,
        devices: int = 1,
        more: tuple[IssueRef, ...] = (),
        sends_halves: bool = False,
    ) -> None:
        company = self._company
        person = company.hire(name, list(projects), hourly=Decimal(hourly))
        who = person.principal
        self.rates[who.user_id] = int(Decimal(hourly).scaleb(4))
        url = f"http://{LOCAL}:{self._lives.port}"
        account = Account(url, company.server.server_id, who.user_id, who.email, who.name)
        issues = [
            IssueRef(company.issues[f"{key}-{number}"], f"{key}-{number}", "About it", company.projects[key])
            for key in projects
            for number in range(1, FEW)
        ]
        owner = Owner(account, pass_of(company, person).token, (*issues, *more), sends_halves)
        self.owners += [owner] * devices


@contextmanager
def company_on(kind: str, folder: Path) -> Iterator[Company]:
    """A server of a database that does not answer is none of a newcomer's business."""
    if kind != SQLITE:
        try:
            server(kind).say(server(kind).names)
        except (SQLAlchemyError, OSError) as failure:
            say = pytest.fail if in_ci() else pytest.skip
            say(f"no {kind} at {server(kind).url}: {failure}")
    with blank(kind, folder) as url:
        migrate.upgrade(url)
        company = Company(Empty(url))
        company.clock.advance(seconds=time.time_ns() // 1_000_000_000 - company.clock.now_ms() // 1000)
        try:
            yield company
        finally:
            company.close()


@pytest.mark.skipif(sys.platform == "win32", reason="this platform cannot fork")
@pytest.mark.parametrize("kind", [kind for kind in KILLS if kind in kinds()])
def test_whenever_the_server_is_killed_everything_counts_once(kind: str, tmp_path: Path) -> None:
    with company_on(kind, tmp_path) as company:
        environment = {
            "HOURKEEP_DATABASE_URL": company.url,
            "HOURKEEP_SECRET_KEY": "c2VjcmV0IG9mIGEgdGVzdCB0aGF0IG5vYm9keSBrbm93cw==",
        }
        lives = Lives(tmp_path / "server.log", environment)
        try:
            staff = Staff(company, lives)
            company.database.close()  # what a killed process leaves behind is for its successor alone to mend
            crew = live(staff, lives, tmp_path, endings(Random(f"{SEED}-{kind}"), KILLS[kind]))  # noqa: S311
        finally:
            lives.close()
            company.database = Blocking.open(company.url)
        assert not crew.failed
        judge(company, crew.sheets, staff.rates, staff.totals)
        assert not crew.odd
        said = lives.log.read_text().splitlines()
        assert not [line for line in said if '"exception"' in line or "Traceback" in line]


def live(staff: Staff, lives: Lives, folder: Path, endings: Iterator[Ending]) -> Crew:
    """Many lives, each with its ending, and one in which all that is left arrives."""
    traffic = Traffic()
    crew = Crew(staff.owners, folder, traffic, lives)
    try:
        for ending in endings:
            end = one_life(ending, lives, traffic)
            if crew.failed:
                return crew
            assert end == KILLED, lives.log.read_text()
        lives.begin()
        traffic.open()
    except BaseException:
        traffic.give_up()
        raise
    finally:
        crew.finish()
    return crew


def one_life(ending: Ending, lives: Lives, traffic: Traffic) -> int:
    """How it ended."""
    lives.begin(ending if isinstance(ending, Doom) else None)
    traffic.open()
    if isinstance(ending, Moment):
        traffic.wait_for(ending.answers)
        Event().wait(ending.part * traffic.usual_s)
    if isinstance(ending, Moment) or traffic.is_over:
        lives.kill()
    end = lives.end()
    traffic.close()
    return end
