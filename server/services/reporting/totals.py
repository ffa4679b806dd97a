"""Do the daily totals say what the logs say?

They are kept in the transaction of each change of a log, so that a report costs the same however many logs there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from server.db.repositories import budgets, totals
from server.db.repositories.totals import NO_CURRENCY, NOTHING, Place, Sum
from server.db.session import Connection
from server.domain.figures import Figures
from server.domain.money import ZERO

Change = tuple[Figures | None, Figures | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """`kept` is what the totals say, `right` what the logs sum up to."""

    place: Place
    kept: Sum
    right: Sum


def move(conn: Connection, changes: Iterable[Change]) -> None:
    """What logs counted before and count now; None: no log. The user's row must be held.

    A deleted log is in no total; one that has no counted time yet is one of the logs there.
    """
    moved: dict[Place, Sum] = defaultdict(Sum)
    for before, after in changes:
        for figures, sign in ((before, -1), (after, 1)):
            if figures is not None and not figures.is_deleted:
                counted = _sum(figures)
                moved[_place(figures)] += counted if sign > 0 else -counted
    for place in sorted(moved):
        if moved[place] != NOTHING:
            totals.move(conn, place, moved[place])


def recount(conn: Connection) -> list[Difference]:
    """Every total that is not the exact sum of its logs; there must be none. Reads every log."""
    kept, right = totals.kept(conn), totals.of_logs(conn)
    return [
        Difference(place, kept.get(place, NOTHING), right.get(place, NOTHING))
        for place in sorted(kept.keys() | right.keys())
        if kept.get(place, NOTHING) != right.get(place, NOTHING)
    ]


def rebuild(conn: Connection) -> None:
    """Makes all of them anew from the logs; whoever writes time waits meanwhile."""
    budgets.hold_all_time(conn)
    totals.replace(conn, totals.of_logs(conn))


def _place(figures: Figures) -> Place:
    return Place(
        day=figures.day,
        user_id=figures.user_id,
        project_id=figures.project_id,
        is_billable=figures.is_billable,
        currency=NO_CURRENCY if figures.rate is None else figures.rate.currency,
        converted_currency=NO_CURRENCY if figures.exchange is None else figures.exchange.currency,
    )


def _sum(figures: Figures) -> Sum:
    return Sum(1, figures.duration_seconds, figures.total_cost, figures.converted_cost or ZERO)
