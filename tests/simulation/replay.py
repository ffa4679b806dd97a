"""Does the same come of it when everything arrives once more, and in another order (I9 of sync.md 4.4)?

What the server has at the end of a life is sent again into an empty one. Each device's history comes in the order of its
numbers, as the server knows it, also under the names that the device had before; what was done by single requests comes as
one more device of its person. The seed mixes the devices anew and divides what they send into other requests, and all of it
is received at the second at which the life ended. People, issues, rates and clocks are the same; nothing is deleted, closed
or locked.

So only that is compared which does not hang on when something was received: a life takes part where no action was held because an issue was deleted, a
budget locked, a period closed, or because its time was long ago or still to come. What is held for other reasons (too long, stopped
elsewhere, not one's project) is held again. A rate that was agreed in between holds from the beginning, so costs are
compared at the rates of the end.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import Any, Final

from server.db.session import Connection
from server.domain.holds import USUAL
from server.domain.messages import (
    Action,
    ChainHead,
    ClockReading,
    Rate,
    RateLevel,
    RateType,
    SyncCode,
    SyncRequest,
)
from server.domain.principal import Principal
from server.domain.rating import DatedRate, Owner
from server.services.money import rates
from server.services.time.snapshot import today
from tests.simulation.book import price
from tests.simulation.office import LONG_AGO, Office
from tests.simulation.oracle import Broken, difference
from tests.simulation.world import World

MOST: Final = 12
"""Actions of one request."""

BY_ARRIVAL: Final = frozenset({"ISSUE_DELETED", "BUDGET_LOCKED", "PERIOD_CLOSED", "FUTURE", "LATE"})
SINGLE: Final = "51e91e00-0000-4000-8000-{:012d}"
"""The device that stands for a person's single requests."""

_HELD: Final = ("SELECT DISTINCT code FROM applied_actions", "SELECT DISTINCT admission FROM claims")
_OF_DEVICES: Final = (
    "SELECT s.rowid, d.device_id, s.user_id, d.action_id, a.v, a.kind, a.payload FROM device_actions d"
    " JOIN devices s ON s.id = d.device_id JOIN applied_actions a ON a.action_id = d.action_id"
    " ORDER BY s.rowid, d.seq"
)
_SINGLE: Final = (
    "SELECT user_id, action_id, v, kind, payload FROM applied_actions WHERE device_id IS NULL"
    " ORDER BY user_id, received_at, kind = 'timer.start', action_id"
)
_LOGS: Final = (
    "SELECT timer_id, user_id, issue_id, project_id, status, start_time, start_day, end_time, paused_at,"
    " duration_seconds, is_billable, is_deleted, revision, description FROM issue_time_logs"
)
_CLAIMS: Final = (
    "SELECT claim_id, user_id, timer_id, named_issue_id, start_ms, corrected_start_ms, authored_ms, first_end_ms,"
    " last_end_ms, provisional_end_ms, hold_code FROM claims"
)
_PIECES: Final = "SELECT start_ms, claim_id, user_id, end_ms FROM segments"
_CLOCKS: Final = "SELECT user_id, clock, mono0_s FROM clock_anchors ORDER BY id"
_KEEP_CLOCK: Final = "INSERT INTO clock_anchors (user_id, clock, mono0_s) VALUES (?, ?, ?)"

Facts = dict[str, dict[Any, Any]]


@dataclass
class Line:
    """One device's history, and how far it has been sent. `chains` begins with that of no action."""

    principal: Principal
    device_id: str
    actions: list[Action]
    chains: list[str]
    sent: int = 0

    @property
    def is_over(self) -> bool:
        return self.sent == len(self.actions)


def takes_part(office: Office) -> bool:
    held = {code for question in _HELD for (code,) in office.rows(question)}
    return held.isdisjoint(BY_ARRIVAL)


def live_again(world: World) -> bool:
    """False when this life does not take part. Nothing is left of its server afterwards. Broken."""
    office = world.office
    if not takes_part(office):
        return False
    before, lines, clocks = _facts(office), _lines(office), office.rows(_CLOCKS)
    before["costs"] = _costs_at_the_end(office)
    office.renew()
    for clock in clocks:
        office.rows(_KEEP_CLOCK, *clock)
    office.run(lambda conn: _agree(conn, office))
    _send(office, lines, Random(f"{world.seed}/again"))
    after = _facts(office)
    after["costs"] = _costs(office)
    for what, expected in before.items():
        if after[what] != expected:
            raise Broken(f"I9 the order matters: {what}: {difference(after[what], expected)}")
    return True


# ---- what is sent -------------------------------------------------------------------------------------------------


def _lines(office: Office) -> list[Line]:
    people = {who.user_id: who for who in office.people}
    found = []
    for (_, device_id, user), rows in groupby(office.rows(_OF_DEVICES), itemgetter(0, 1, 2)):
        found.append(_line(people[user], device_id, [row[3:] for row in rows]))
    for user, rows in groupby(office.rows(_SINGLE), itemgetter(0)):
        found.append(_line(people[user], SINGLE.format(user), [row[1:] for row in rows]))
    return found


def _line(principal: Principal, device_id: str, rows: list[tuple[Any, ...]]) -> Line:
    chain = hashlib.sha256(b"genesis" + device_id.encode()).hexdigest()
    actions, chains = [], [chain]
    for seq, (action_id, v, kind, payload) in enumerate(rows, start=1):
        body = json.loads(payload)
        said = {"v": v, "kind": kind, "body": body}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        digest = hashlib.sha256(text).digest()
        chain = hashlib.sha256(bytes.fromhex(chain) + action_id.encode() + digest).hexdigest()
        actions.append(Action(seq, action_id, v, kind, chain, body))
        chains.append(chain)
    return Line(principal, device_id, actions, chains)


def _send(office: Office, lines: list[Line], random: Random) -> None:
    left = [each for each in lines if not each.is_over]
    while left:
        line = random.choice(left)
        batch = line.actions[line.sent : line.sent + random.randint(1, MOST)]
        reply = office.design.push(office, line.principal, _request(office, line, batch))
        line.sent += len(batch)
        assert (reply.code, reply.last_seq) == (SyncCode.OK, line.sent), (line.device_id, reply)
        if line.is_over:
            left.remove(line)


def _request(office: Office, line: Line, batch: list[Action]) -> SyncRequest:
    return SyncRequest(
        protocol=1,
        nonce="lived-again",
        device_id=line.device_id,
        now=ClockReading(session="", mono_ms=0, wall=office.now, tz="UTC"),
        base=ChainHead(line.sent, line.chains[line.sent]),
        actions=batch,
    )


def _agree(conn: Connection, office: Office) -> None:
    for user, agreed in office.book.rules.rates.items():
        for since, units in agreed:
            if since != LONG_AGO:
                rate = Rate(RateType.HOURLY, Decimal(units).scaleb(-4), "USD")
                rates.agree(conn, Owner(RateLevel.USER, user), DatedRate(rate, since, None))


# ---- what came of it ----------------------------------------------------------------------------------------------


def _facts(office: Office) -> Facts:
    users = [who.user_id for who in office.people]
    return {
        "totals": office.run(lambda conn: {user: _totals(conn, user, office.now) for user in users}),
        "logs": {row[0]: row[1:] for row in office.rows(_LOGS)},
        "claims": {row[0]: row[1:] for row in office.rows(_CLAIMS)},
        "pieces": {row[:2]: row[2:] for row in office.rows(_PIECES)},
    }


def _totals(conn: Connection, user: int, now: int) -> tuple[int, int]:
    """Counted and held, up to now."""
    found = today(conn, user, 0, now, USUAL)
    return found.counted_seconds, found.held_seconds


def _costs(office: Office) -> dict[Any, int]:
    """Of each timer's log; and of each project, as its budget has it."""
    found: dict[Any, int] = dict(office.rows("SELECT timer_id, total_cost FROM issue_time_logs"))
    return found | dict(office.rows("SELECT project_id, total_cost FROM project_budgets"))


def _costs_at_the_end(office: Office) -> dict[Any, int]:
    """As if all rates had been agreed before."""
    found: dict[Any, int] = {}
    spent = Counter(dict.fromkeys(office.book.budgets, 0))
    question = "SELECT timer_id, user_id, project_id, start_day, duration_seconds FROM issue_time_logs"
    for timer, user, project, day, seconds in office.rows(question):
        found[timer] = price(seconds, office.book.rules.rate(user, date.fromisoformat(day)))
        spent[project] += found[timer]
    return found | {project: spent[project] for project in office.book.budgets}
