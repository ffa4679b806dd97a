"""Is everything on the server that was recorded, once, and is it counted, held, paid and told as a book of its own says?

The invariants have the numbers of sync.md 4.4. The book is the simulation's; it shares no line with the server.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from server.db.session import Connection
from server.domain.holds import USUAL
from server.services.time.snapshot import today
from tests.growing.twins import Sheet
from tests.server.company import Company
from tests.server.device import extend, head_of
from tests.simulation.book import ALERTS, Person, Place, Rules, fact_of, price

AGREED_ON: Final = date(2026, 1, 1)


class Broken(AssertionError):
    """All invariants that do not hold, and what was found instead."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to compare. `rates`: an hour's by user, in ten-thousandths. `totals`: budgets by project."""

    company: Company
    sheets: Sequence[Sheet]
    people: dict[int, Person]
    rates: dict[int, int]
    totals: dict[int, int]

    def spent(self, project: int) -> int:
        """In ten-thousandths."""
        return sum(
            price(person.counted().seconds[timer], log.rate)
            for person in self.people.values()
            for timer, log in person.logs.items()
            if log.project == project
        )


def judge(company: Company, sheets: Sequence[Sheet], rates: dict[int, int], totals: dict[int, int]) -> Scene:
    """Broken."""
    company.sweep()  # what two transactions crossed only together
    scene = Scene(company, sheets, _book(company, sheets, rates), rates, totals)
    broken = []
    for name, check in CHECKS.items():
        try:
            check(scene)
        except AssertionError as failure:
            broken.append(f"{name}: {str(failure)[:1000]}")
    if broken:
        raise Broken("\n".join(broken))
    return scene


def _book(company: Company, sheets: Sequence[Sheet], rates: dict[int, int]) -> dict[int, Person]:
    places = {issue: Place(company.projects[key.partition("-")[0]]) for key, issue in company.issues.items()}
    rules = Rules(places, {user: [(AGREED_ON, rate)] for user, rate in rates.items()})
    people = {user: Person(user) for user in rates}
    now = company.clock.now_ms() // 1000
    for sheet in sheets:
        person = people[sheet.user_id]
        facts = [fact_of(each.action_id, each.kind, each.body, {}, now) for each in sheet.recorded]
        for fact in facts:
            person.take(fact, rules, now)
        person.finish([fact.timer for fact in facts], rules)
    return people


def nothing_left_on_devices(scene: Scene) -> None:
    for sheet in scene.sheets:
        assert (sheet.unconfirmed, sheet.is_idle) == (0, True), sheet.device_id
        assert sheet.kept == [each.action_id for each in sheet.recorded], sheet.device_id


def every_action_once(scene: Scene) -> None:
    there = {
        action_id: (user, kind, json.loads(payload))
        for action_id, user, kind, payload in scene.company.rows(
            "SELECT action_id, user_id, kind, payload FROM applied_actions"
        )
    }
    recorded = {
        each.action_id: (sheet.user_id, str(each.kind), each.body)
        for sheet in scene.sheets
        for each in sheet.recorded
    }
    assert not recorded.keys() - there.keys(), f"lost: {recorded.keys() - there.keys()}"
    assert not there.keys() - recorded.keys(), f"never recorded: {there.keys() - recorded.keys()}"
    assert there == recorded
    named = Counter(each for (each,) in scene.company.rows("SELECT action_id FROM device_actions"))
    assert named == Counter(dict.fromkeys(recorded, 1)), named - Counter(dict.fromkeys(recorded, 1))
    assert scene.company.rows("SELECT count(*) FROM dead_letters") == [(0,)]


def every_second_once(scene: Scene) -> None:
    now = scene.company.clock.now_ms() // 1000
    for user, person in scene.people.items():
        counted = person.counted()
        found = dict(
            scene.company.rows(
                "SELECT timer_id, duration_seconds FROM issue_time_logs WHERE user_id = ?", user
            )
        )
        assert found == {timer: counted.seconds[timer] for timer in person.logs}, user
        said = scene.company.database.read(_said_of(user, now))
        assert (said[0], said[1]) == (sum(found.values()), counted.held), user
        assert said[0] + said[1] == counted.claimed, user


def _said_of(user: int, now: int) -> Callable[[Connection], tuple[int, int]]:
    """Counted and held seconds, as the server says."""

    def ask(conn: Connection) -> tuple[int, int]:
        said = today(conn, user, 0, now, USUAL)
        return said.counted_seconds, said.held_seconds

    return ask


def pieces_disjoint(scene: Scene) -> None:
    found = scene.company.rows("SELECT user_id, start_ms, end_ms FROM segments ORDER BY user_id, start_ms")
    assert all(start < end for _, start, end in found)
    overlapping = [(one, other) for one, other in pairwise(found) if one[0] == other[0] and one[2] > other[1]]
    assert not overlapping, overlapping


def every_cost_exact(scene: Scene) -> None:
    company = scene.company
    for user, person in scene.people.items():
        costs = company.rows("SELECT timer_id, total_cost FROM issue_time_logs WHERE user_id = ?", user)
        found = {timer: company.money(kept).scaleb(4) for timer, kept in costs}
        seconds = person.counted().seconds
        assert found == {timer: price(seconds[timer], log.rate) for timer, log in person.logs.items()}, user
    for project in scene.totals:
        [(kept,)] = company.rows("SELECT total_cost FROM project_budgets WHERE project_id = ?", project)
        assert company.money(kept).scaleb(4) == scene.spent(project), project


def alerts_are_crossings(scene: Scene) -> None:
    """What is spent only grows here, so each threshold that it has reached was crossed once."""
    found = scene.company.rows(
        "SELECT project_id, alert_type, generation FROM budget_alerts ORDER BY project_id, alert_type"
    )
    expected = sorted(
        (project, kind)
        for project, total in scene.totals.items()
        for kind, percent in ALERTS
        if scene.spent(project) * 100 >= total * 10_000 * percent
    )
    assert [(project, kind) for project, kind, _ in found] == expected, found
    assert len({generation for *_, generation in found}) == 1, found
    told = scene.company.rows("SELECT key FROM notifications")
    assert len(set(told)) == len(told) == len(found)


def every_chain_verifies(scene: Scene) -> None:
    heads = {}
    for sheet in scene.sheets:
        chain = head_of(sheet.device_id)
        for each in sheet.recorded:
            chain = extend(chain, each.action_id, str(each.kind), each.body)
        assert (sheet.head.seq, sheet.head.chain) == (len(sheet.recorded), chain)
        heads[sheet.device_id] = (sheet.head.seq, chain)
    company = scene.company
    assert {
        device: (seq, chain) for device, seq, chain in company.rows("SELECT id, last_seq, chain FROM devices")
    } == heads
    entries = company.rows(
        "SELECT device_id, seq, action_id, chain FROM device_actions ORDER BY device_id, seq"
    )
    by_device = {sheet.device_id: sheet for sheet in scene.sheets}
    at: dict[str, tuple[int, str]] = {device: (0, head_of(device)) for device in by_device}
    for device, seq, action_id, chain in entries:
        before, link = at[device]
        assert seq == before + 1, (device, before, seq)
        said = by_device[device].recorded[before]
        assert chain == extend(link, action_id, str(said.kind), said.body), (device, seq)
        at[device] = (seq, chain)
    assert at == heads


def books_add_up(scene: Scene) -> None:
    scene.company.check()
    assert scene.company.rows("SELECT count(*) FROM active_timers") == [(0,)]


CHECKS: Final[dict[str, Callable[[Scene], None]]] = {
    "nothing is left on a device": nothing_left_on_devices,
    "I1 every action once": every_action_once,
    "I2 every second once": every_second_once,
    "I3 pieces are disjoint": pieces_disjoint,
    "I4 every cost is exact": every_cost_exact,
    "I5 alerts are crossings": alerts_are_crossings,
    "I7 every chain verifies": every_chain_verifies,
    "all books of the server add up": books_add_up,
}
