"""Is everything where it belongs, once all that was broken is mended?

The invariants have the numbers of sync.md 4.4. What is compared with is the list of what was recorded, and the book. That
everything arrives in bounded time (I10) is seen while mending; whether the order matters (I9), in `replay`.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from itertools import pairwise
from typing import Any, Final

from app.sync.engine import Phase
from server.domain.holds import USUAL
from server.domain.messages import TodayTotals
from server.domain.principal import Principal
from server.services.time import own_logs
from server.services.time.snapshot import snapshot, today
from tests.simulation.book import price
from tests.simulation.device import HOPS, Device
from tests.simulation.office import Office
from tests.simulation.rules import FOREVER, owners, subtract, union
from tests.simulation.shown_logs import digest_of, logs_of, window
from tests.simulation.world import World

ROUNDS: Final = 14
ROUND_S: Final = 310


class Broken(AssertionError):
    """`str`: which invariant, and what was found."""


def judge(world: World) -> None:
    """Broken."""
    for name, check in CHECKS.items():
        try:
            check(world)
        except AssertionError as failure:
            raise Broken(f"{name}: {failure}") from failure


def heal(world: World) -> None:
    """Nothing is broken any more; and within a bounded time everything has arrived (I10). Broken."""
    world.office.crash_in = None
    for device in world.devices:
        device.air.is_portal = False
        device.disk.is_full, device.disk.die_in = False, None
    while world.weather.strays:
        world.weather.land(0)
    for _ in range(ROUNDS):
        late = [each for each in world.devices if not _has_all(each)]
        if not late:
            return
        if any(each.engine.phase is Phase.WAITING for each in late):
            world.pass_time(ROUND_S)
        for device in late:
            if device.engine.phase is Phase.SIGNED_OUT or not device.has_token:
                device.sign_in()
            device.kick()
            world.hop(device, HOPS)
    raise Broken(f"I10: after {ROUNDS} rounds some have not arrived: {[_standing(each) for each in late]}")


def _has_all(device: Device) -> bool:
    """Its own is confirmed, what others did since then is here too, and it does not want its logs anew."""
    is_at_rest = device.is_idle and device.desk.outbox.pending_count() == 0
    is_at_rest = is_at_rest and device.desk.log_place.cursor is not None
    return is_at_rest and device.has_news_of == device.weather.office.changes[device.principal.user_id]


def _standing(device: Device) -> tuple[str, str, int]:
    return device.name, str(device.engine.phase), device.desk.outbox.pending_count()


def every_action_once(world: World) -> None:
    rows = world.office.rows(
        "SELECT action_id, kind, payload, user_id FROM applied_actions WHERE device_id IS NOT NULL"
    )
    there = {action_id: (kind, json.loads(payload), user) for action_id, kind, payload, user in rows}
    for action_id, (device, recorded) in world.durable.items():
        if action_id in world.excused and action_id not in there:
            continue
        assert action_id in world.office.book.people[device.principal.user_id].known, f"lost: {action_id}"
        assert action_id in there, f"lost: {device.name} {recorded.kind} {action_id}"
        assert there[action_id] == (recorded.kind, recorded.body, device.principal.user_id), action_id
    made_up = there.keys() - world.durable.keys()
    assert not made_up, f"never recorded: {made_up}"


def every_second_once(world: World) -> None:
    office = world.office
    for principal in office.people:
        user, person = principal.user_id, office.book.people[principal.user_id]
        found = dict(
            office.rows("SELECT timer_id, duration_seconds FROM issue_time_logs WHERE user_id = ?", user)
        )
        counted = person.counted().seconds
        expected = {timer: counted[timer] for timer in person.logs}
        assert found == expected, (user, difference(found, expected))
        said = _said_of_today(office, user)
        now_counted, now_held = _as_of_now(world, user)
        assert (said.counted_seconds, said.held_seconds) == (now_counted, now_held), user


def _said_of_today(office: Office, user: int) -> TodayTotals:
    return office.run(lambda conn: today(conn, user, 0, office.now, USUAL))


def _as_of_now(world: World, user: int) -> tuple[int, int]:
    person, now = world.office.book.people[user], world.office.now
    stretches = person.stretches()
    with_log = {each.claim for each in stretches if each.timer in person.logs}
    found = owners(stretches, now)
    taken = union(span for _, span in found)
    kept = union(each.held for each in stretches if each.held is not None)
    held = [left for span in kept for left in subtract(span, taken)]
    counted = [span for claim, span in found if claim in with_log]
    return _up_to(counted, now), _up_to(held, now)


def _up_to(spans: list[tuple[int, int]], now: int) -> int:
    return sum(max(0, min(end, now) - start) for start, end in spans)


def pieces_disjoint(world: World) -> None:
    found = world.office.rows("SELECT user_id, start_ms, end_ms FROM segments ORDER BY user_id, start_ms")
    for (user, _, end), (next_user, start, _) in pairwise(found):
        assert user != next_user or end <= start, (user, end, start)
    assert all(start < end for _, start, end in found)


def every_cost_exact(world: World) -> None:
    office = world.office
    for user, person in office.book.people.items():
        counted = person.counted().seconds
        found = dict(office.rows("SELECT timer_id, total_cost FROM issue_time_logs WHERE user_id = ?", user))
        expected = {timer: price(counted[timer], log.rate) for timer, log in person.logs.items()}
        assert found == expected, (user, difference(found, expected))
    for project, total in office.rows("SELECT project_id, total_cost FROM project_budgets"):
        assert total == office.book.spent(project), (project, total, office.book.spent(project))


def alerts_are_crossings(world: World) -> None:
    office = world.office
    office.sweep()
    for project, budget in office.book.budgets.items():
        found = dict(
            office.rows(
                "SELECT alert_type, count(*) FROM budget_alerts WHERE project_id = ? GROUP BY alert_type",
                project,
            )
        )
        expected = {kind: number for kind, number in budget.raised.items() if number}
        assert found == expected, (project, found, expected)
    [(twice,)] = office.rows("SELECT count(*) - count(DISTINCT key) FROM notifications")
    assert twice == 0, f"{twice} alerts are told twice"


def every_view_is_the_servers(world: World) -> None:
    there = {who.user_id: _server_view(world.office, who) for who in world.office.people}
    for device in world.devices:
        timer = device.desk.timer
        shown = timer and (
            timer.timer_id, timer.claim_id, timer.running_since, timer.paused_at, timer.closed_seconds, timer.issue.id
        )  # fmt: skip
        expected = there[device.principal.user_id]
        assert shown == expected, (device.name, shown, expected)


def _server_view(office: Office, who: Principal) -> tuple[Any, ...] | None:
    found = office.run(lambda conn: snapshot(conn, who, "UTC", office.now_ms)).active_timer
    if found is None:
        return None
    return (
        found.timer_id, found.claim_id, found.running_since, found.paused_at, found.closed_seconds, found.issue_id
    )  # fmt: skip


def every_log_is_the_servers(world: World) -> None:
    """What changed adds up to all that there is; and both sides say so by the same digest."""
    office, since = world.office, window(world.now)
    there = {who.user_id: logs_of(office, who.user_id) for who in office.people}
    told = {user: digest_of(logs.values(), since) for user, logs in there.items()}
    for user, digest in told.items():
        assert office.run(partial(own_logs.digest, user_id=user, since=since)) == digest, user
    for device in world.devices:
        user = device.principal.user_id
        shown = {log.timer_id: log for log in device.desk.logs(0, FOREVER)}
        assert shown == there[user], (device.name, difference(shown, there[user]))
        assert device.desk.cache.log_digest(since) == told[user], device.name


def every_chain_verifies(world: World) -> None:
    rows = world.office.rows(
        "SELECT d.device_id, d.seq, d.action_id, d.chain, a.kind, a.v, a.payload FROM device_actions d"
        " JOIN applied_actions a ON a.action_id = d.action_id ORDER BY d.device_id, d.seq"
    )
    heads: dict[str, tuple[int, str]] = {}
    for device_id, seq, action_id, chain, kind, v, payload in rows:
        before, link = heads.get(device_id, (0, hashlib.sha256(b"genesis" + device_id.encode()).hexdigest()))
        assert seq == before + 1, (device_id, before, seq)
        said = {"v": v, "kind": kind, "body": json.loads(payload)}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        digest = hashlib.sha256(text).digest()
        link = hashlib.sha256(bytes.fromhex(link) + action_id.encode() + digest).hexdigest()
        assert link == chain, (device_id, seq)
        heads[device_id] = (seq, chain)
    for device_id, last_seq, chain in world.office.rows(
        "SELECT id, last_seq, chain FROM devices WHERE last_seq > 0"
    ):
        assert heads[device_id] == (last_seq, chain), device_id


def all_held_is_shown(world: World) -> None:
    office = world.office
    for principal in office.people:
        person = office.book.people[principal.user_id]
        held = {
            each.timer
            for each in person.stretches()
            if each.hold not in {None, "VOID", "ORPHAN"} and each.end is not None
        }
        shown = {
            timer
            for (timer,) in office.rows(
                "SELECT timer_id FROM claims WHERE user_id = ? AND attention_code IS NOT NULL",
                principal.user_id,
            )
        }
        assert held <= shown, (principal.user_id, held - shown)


def nothing_was_taken_away(world: World) -> None:
    for device in world.devices:
        assert device.purse.forgotten == 0, f"{device.name} forgot its sign-in"
        stored = device.stored()
        assert len(stored) == len(set(stored)), f"{device.name} has an action twice"
        assert set(device.file) <= set(stored), f"{device.name} lost {set(device.file) - set(stored)}"


def what_went_in_came_out(world: World) -> None:
    world.history.check(world.excused)


CHECKS: Final = {
    "I11 nothing is taken away": nothing_was_taken_away,
    "I1 every action once": every_action_once,
    "what goes in comes out": what_went_in_came_out,
    "I7 every chain verifies": every_chain_verifies,
    "I2 every second once": every_second_once,
    "I3 pieces are disjoint": pieces_disjoint,
    "I4 every cost is exact": every_cost_exact,
    "I5 alerts are crossings": alerts_are_crossings,
    "I6 every view is the server's": every_view_is_the_servers,
    "I6 every log is the server's": every_log_is_the_servers,
    "I8 all that is held is shown": all_held_is_shown,
}


def difference(found: dict[Any, Any], expected: dict[Any, Any]) -> dict[Any, Any]:
    keys = found.keys() | expected.keys()
    return {key: (found.get(key), expected.get(key)) for key in keys if found.get(key) != expected.get(key)}
