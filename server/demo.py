"""What does a company look like on the day a newcomer tries Hourkeep?

Everything goes through the services, as people's own requests would, at times that lie in the past. It is the same
company every time: only the days move with the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Final

from server.db.session import Connection
from server.domain.errors import Conflict
from server.domain.messages import (
    RateLevel,
    RateType,
    Role,
    SetBudget,
    SetExchangeRate,
    SetLevelRate,
    StartTimer,
    StopTimer,
)
from server.domain.principal import Principal
from server.services.company import identity
from server.services.money import budgets, exchange, rate_setting
from server.services.projects import catalog
from server.services.staff import accounts
from server.services.staff.people import everybody
from server.services.time import timers

COMPANY: Final = "Demo Company"
PASSWORD: Final = "demo-password"  # noqa: S105  # printed for everyone
HISTORY_DAYS: Final = 61
FIRST_RATE: Final = timedelta(days=365)
FRIDAY: Final = 4
CURRENCY: Final = "USD"
FOREIGN: Final = "EUR"
NEW_EXCHANGE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Staff:
    name: str
    role: Role
    hourly: int | None
    is_member: bool
    logs_time: bool

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@demo.test"


@dataclass(frozen=True, slots=True)
class Venture:
    """A project. `first`: the number of its first issue; `done`: how many of them were done long ago.

    `has_rates`: time on it has its own price.
    """

    key: str
    name: str
    budget: int
    first: int
    done: int
    has_rates: bool
    summaries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a working day: minutes after midnight, UTC."""

    begin: int
    pause: int | None
    resume: int | None
    end: int
    words: str | None


STAFF: Final = (
    Staff("Admin", Role.ADMIN, None, is_member=False, logs_time=False),
    Staff("Manager", Role.MANAGER, 70, is_member=True, logs_time=False),
    Staff("Anna", Role.MEMBER, 50, is_member=True, logs_time=True),
    Staff("Ben", Role.MEMBER, 45, is_member=True, logs_time=True),
)
VENTURES: Final = (
    Venture(
        "BP",
        "Business Portal",
        20_000,
        101,
        13,
        False,
        (
            "Let customers change their address",
            "Show invoices older than a year",
            "Search contracts by number",
            "Explain a rejected payment",
            "Send the monthly statement by e-mail",
            "Export a contract as PDF",
            "Remember the last open page",
            "Sort open invoices by due date",
            "Translate the help pages",
            "Warn before a session ends",
            "Load the overview faster",
            "Show who changed a contract",
            "Upload a signed contract",
            "Round tax the same way everywhere",
            "Print two invoices on one page",
            "Keep filters when going back",
            "Check the bank details while typing",
            "Write down how a release is made",
            "Replace the old date picker",
            "Tell support about failed payments",
            "Test the import with a full year",
            "Answer the security review",
            "Fix the login redirect",
            "Stay signed in on a trusted device",
            "Hide closed contracts",
        ),
    ),
    Venture(
        "WEB",
        "Public Website",
        18_000,
        1,
        0,
        True,
        (
            "Draw the new front page",
            "Write the page about prices",
            "Make pictures smaller",
            "Fix the contact form on phones",
            "Move the blog to the new design",
            "Add a page for jobs",
            "Check contrast and keyboard",
            "Tell search engines about moved pages",
            "Measure how fast pages load",
            "Update the imprint",
        ),
    ),
)
DAYS: Final = (
    (
        Stretch(8 * 60 + 55, None, None, 10 * 60 + 40, "Wrote it and a first test"),
        Stretch(10 * 60 + 50, 12 * 60 + 5, 12 * 60 + 50, 14 * 60 + 35, None),
        Stretch(14 * 60 + 45, None, None, 16 * 60 + 20, "Answered the review"),
    ),
    (
        Stretch(9 * 60 + 10, 10 * 60 + 30, 10 * 60 + 45, 12 * 60, "Found the cause"),
        Stretch(12 * 60 + 45, None, None, 15 * 60 + 55, "Finished and tried it out"),
    ),
    (
        Stretch(8 * 60 + 40, None, None, 9 * 60 + 5, "Planning"),
        Stretch(9 * 60 + 5, None, None, 11 * 60 + 50, None),
        Stretch(12 * 60 + 30, 14 * 60 + 10, 14 * 60 + 25, 16 * 60 + 10, "Half of it is done"),
    ),
    (
        Stretch(9 * 60, None, None, 11 * 60 + 15, "Went through it with the customer"),
        Stretch(11 * 60 + 20, None, None, 12 * 60 + 10, None),
        Stretch(13 * 60, None, None, 14 * 60 + 40, "Cleaned up"),
        Stretch(14 * 60 + 45, None, None, 16 * 60, "Wrote it down"),
    ),
)


def found(conn: Connection, now_ms: int, hash_password: Callable[[str], str]) -> bool:
    """True: the company was founded now; False: it was there, and nothing is changed. Conflict where others work."""
    if accounts.credentials(conn, STAFF[0].email) is not None:
        return False
    if everybody(conn):  # everybody knows the password of the demo's administrator
        raise Conflict("Somebody works with this database already. The demo company takes an empty one.")
    identity.rename(conn, COMPANY)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    first_day = today - timedelta(days=HISTORY_DAYS)
    begin_ms = _at_ms(first_day, 0)
    people = _hire(conn, hash_password(PASSWORD), today, begin_ms)
    places = _plan(conn, people, today - FIRST_RATE, begin_ms)
    for turn, staff in enumerate(each for each in STAFF if each.logs_time):
        _work(conn, people[staff], turn, places, _working_days(first_day, today))
    return True


def _hire(conn: Connection, password_hash: str, today: date, now_ms: int) -> dict[Staff, Principal]:
    people = {}
    for staff in STAFF:
        user_id = accounts.add_user(conn, staff.email, staff.name, staff.role, password_hash, now_ms)
        people[staff] = Principal(user_id, staff.email, staff.name, staff.role, 0, "")
    boss, since = people[STAFF[0]], today - FIRST_RATE
    rate_setting.set_rate(conn, boss, _hourly(RateLevel.ORGANISATION, 40, since), now_ms)
    for staff, principal in people.items():
        if staff.hourly is not None:
            agreed = _hourly(RateLevel.USER, staff.hourly, since, user_id=principal.user_id)
            rate_setting.set_rate(conn, boss, agreed, now_ms)
    for rate, day in ((Decimal("1.08"), since), (Decimal("1.0925"), today - NEW_EXCHANGE)):
        exchange.set_rate(conn, boss, SetExchangeRate(FOREIGN, CURRENCY, rate, day), now_ms)
    return people


def _hourly(
    level: RateLevel,
    amount: int | Decimal,
    since: date,
    currency: str = CURRENCY,
    *,
    user_id: int | None = None,
    project_id: int | None = None,
) -> SetLevelRate:
    return SetLevelRate(level, RateType.HOURLY, Decimal(amount), currency, user_id, project_id, since)


def _price(
    conn: Connection, people: dict[Staff, Principal], project_id: int, since: date, now_ms: int
) -> None:
    """On this project everybody costs the same, but one who works from abroad."""
    boss, abroad = people[STAFF[0]], people[STAFF[-1]].user_id
    same = _hourly(RateLevel.PROJECT, Decimal("52.5"), since, project_id=project_id)
    other = _hourly(RateLevel.MEMBER, 44, since, FOREIGN, user_id=abroad, project_id=project_id)
    rate_setting.set_rate(conn, boss, same, now_ms)
    rate_setting.set_rate(conn, boss, other, now_ms)


def _plan(conn: Connection, people: dict[Staff, Principal], since: date, now_ms: int) -> list[StartTimer]:
    """The open issues, in the order in which they are worked on."""
    places = []
    for venture in VENTURES:
        project_id = catalog.add_project(conn, venture.key, venture.name, now_ms)
        for staff, principal in people.items():
            if staff.is_member:
                catalog.add_member(conn, project_id, principal.user_id, now_ms)
        budgets.set_budget(conn, project_id, SetBudget(Decimal(venture.budget), CURRENCY), now_ms)
        if venture.has_rates:
            _price(conn, people, project_id, since, now_ms)
        for number, summary in enumerate(venture.summaries, venture.first):
            key = f"{venture.key}-{number}"
            is_done = number < venture.first + venture.done
            issue_id = catalog.add_issue(
                conn, project_id, key, summary, "done" if is_done else "open", now_ms
            )
            if not is_done:
                places.append(StartTimer(issue_id, project_id))
    return places


def _work(
    conn: Connection, who: Principal, turn: int, places: list[StartTimer], dates: Iterable[date]
) -> None:
    """`turn`: who begins at which kind of day and at which issue."""
    tasks = cycle(places[turn * 7 :] + places[: turn * 7])
    days = cycle(DAYS[turn * 2 :] + DAYS[: turn * 2])
    for day in dates:
        for stretch in next(days):
            _track(conn, who, next(tasks), day, stretch)


def _working_days(first_day: date, until: date) -> Iterator[date]:
    for ahead in range((until - first_day).days):
        day = first_day + timedelta(days=ahead)
        if day.weekday() <= FRIDAY:
            yield day


def _track(conn: Connection, who: Principal, task: StartTimer, day: date, stretch: Stretch) -> None:
    timers.start(conn, who, task, _at_ms(day, stretch.begin))
    if stretch.pause is not None and stretch.resume is not None:
        timers.pause(conn, who, _at_ms(day, stretch.pause))
        timers.resume(conn, who, _at_ms(day, stretch.resume))
    timers.stop(conn, who, StopTimer(stretch.words), _at_ms(day, stretch.end))


def _at_ms(day: date, minutes: int) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int((midnight + timedelta(minutes=minutes)).timestamp()) * 1000
