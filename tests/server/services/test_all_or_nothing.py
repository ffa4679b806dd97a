"""When something breaks in the middle, is nothing there, and does the next try do all of it?

The database itself refuses, by a trigger on one table, as a full disk or a broken page would.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.db.session import ConstraintBroken
from server.domain.messages import OutcomeKind, SyncCode
from tests.server.company import Company
from tests.server.databases import MARIADB, POSTGRESQL, SQLITE
from tests.server.device import Device

TABLES = (
    "users",
    "devices",
    "device_actions",
    "applied_actions",
    "dead_letters",
    "issue_time_logs",
    "claims",
    "claim_ends",
    "segments",
    "active_timers",
    "project_budgets",
)
WRITES = {
    "users": ["UPDATE"],
    "devices": ["INSERT", "UPDATE"],
    "device_actions": ["INSERT"],
    "applied_actions": ["INSERT"],
    "dead_letters": ["INSERT"],
    "issue_time_logs": ["INSERT", "UPDATE"],
    "claims": ["INSERT", "UPDATE"],
    "claim_ends": ["INSERT"],
    "segments": ["INSERT", "DELETE"],
    "active_timers": ["INSERT", "UPDATE", "DELETE"],
    "project_budgets": ["UPDATE"],
}
every_write = pytest.mark.parametrize(
    ("table", "write"), [(table, write) for table in TABLES for write in WRITES[table]]
)


@pytest.fixture
def anna(company: Company) -> Device:
    """Her laptop. BP-1 ran from 9:00 to 12:00 and BP-3 runs; of this the server knows all."""
    company.clock.advance(hours=10)
    company.set_budget("BP", 1000)
    laptop = company.anna.device()
    laptop.start("BP-1", "9:00")
    laptop.start("BP-3", "12:00")
    laptop.sync()
    return laptop


REFUSAL = {
    SQLITE: [
        "CREATE TRIGGER refused BEFORE {write} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    ],
    POSTGRESQL: [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'the disk is full' USING ERRCODE = '23000'; END $$""",
        "CREATE TRIGGER refused BEFORE {write} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()",
    ],
    MARIADB: [
        """CREATE TRIGGER refused BEFORE {write} ON {table} FOR EACH ROW IF {when} THEN
        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1451, MESSAGE_TEXT = 'the disk is full'; END IF""",
    ],
}


ALLOWANCE = {
    SQLITE: "DROP TRIGGER IF EXISTS refused",
    POSTGRESQL: "DROP FUNCTION IF EXISTS refuse CASCADE",
    MARIADB: "DROP TRIGGER IF EXISTS refused",
}


@pytest.fixture(autouse=True)
def _allowed_afterwards(company: Company) -> Iterator[None]:
    yield
    allow(company)


def refuse(company: Company, table: str, write: str, when: str = "1 = 1") -> None:
    for statement in REFUSAL[company.kind]:
        company.write(statement.format(table=table, write=write, when=when))


def allow(company: Company) -> None:
    company.write(ALLOWANCE[company.kind])


def everything(company: Company) -> dict[str, list[tuple[object, ...]]]:
    return {table: company.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}  # noqa: S608  # the names above


def work_on(laptop: Device) -> Device:
    """On a new device: a correction of BP-1, a refused action, a pause, a start and a stop of all. Every table is written."""
    phone = laptop.company.anna.device()
    phone.record(
        "timer.stop",
        "11:00",
        timer_id=laptop.actions[0].body["timer_id"],
        claim_id=laptop.actions[0].body["claim_id"],
    )
    phone.record_body("timer.fly", {})
    phone.take_over(laptop)
    phone.pause("13:00")
    phone.resume("13:30")
    return phone


def send_until_it_breaks(device: Device) -> dict[str, list[tuple[object, ...]]]:
    """What was there before the batch that broke. One that fails after its first action only stops there."""
    for _ in device.actions:
        before = everything(device.company)
        try:
            reply = device.push(device.request())
        except ConstraintBroken:
            return before
        device.acked = reply.last_seq
    pytest.fail("nothing broke")


@every_write
def test_a_batch(anna: Device, table: str, write: str) -> None:
    company = anna.company
    phone = work_on(anna)
    if (table, write) == ("active_timers", "INSERT"):
        company.write("DELETE FROM active_timers")
    if (table, write) in {("active_timers", "DELETE"), ("issue_time_logs", "INSERT")}:
        phone.start("BP-4", "14:00")
        phone.stop("15:00")
    refuse(company, table, write)
    before = send_until_it_breaks(phone)
    assert everything(company) == before
    company.check()
    allow(company)
    phone.sync()
    assert company.anna.counted("BP-1") == ["9:00-11:00"]
    assert company.anna.counted("BP-3")[:1] == ["12:00-13:00"]
    assert len(company.rows("SELECT * FROM dead_letters")) == 1
    company.check()


@pytest.mark.parametrize(
    ("table", "write"),
    [
        ("users", "UPDATE"),
        ("applied_actions", "INSERT"),
        ("issue_time_logs", "INSERT"),
        ("issue_time_logs", "UPDATE"),
        ("claims", "INSERT"),
        ("claims", "UPDATE"),
        ("claim_ends", "INSERT"),
        ("segments", "INSERT"),
        ("active_timers", "UPDATE"),
        ("project_budgets", "UPDATE"),
    ],
)
def test_a_start_that_stops_another_timer(anna: Device, table: str, write: str) -> None:
    company = anna.company
    before = everything(company)
    refuse(company, table, write)
    with pytest.raises(ConstraintBroken, match="disk"):
        company.anna.start("BP-4")
    assert everything(company) == before
    allow(company)
    company.anna.start("BP-4")
    assert company.anna.counted("BP-3") == ["12:00-18:00"]
    company.check()


@pytest.mark.parametrize(
    ("table", "write"), [("active_timers", "DELETE"), ("claim_ends", "INSERT"), ("project_budgets", "UPDATE")]
)
def test_a_stop(anna: Device, table: str, write: str) -> None:
    company = anna.company
    before = everything(company)
    refuse(company, table, write)
    with pytest.raises(ConstraintBroken, match="disk"):
        company.anna.stop()
    assert everything(company) == before
    allow(company)
    assert company.anna.stop().elapsed_seconds == 6 * 3600
    company.check()


@pytest.mark.parametrize("table", ["claims", "applied_actions"])
def test_a_batch_that_meets_another_one_keeps_what_went_before(anna: Device, table: str) -> None:
    """Somebody else's row is in the way of the last start: the rest stays with the device, to be sent again."""
    company = anna.company
    anna.stop("13:00")
    anna.start("BP-4", "13:00")
    anna.start("BP-5", "14:00")
    anna.stop("15:00")
    start = anna.actions[-2]
    column, value = (
        ("claim_id", start.body["claim_id"]) if table == "claims" else ("action_id", start.action_id)
    )
    refuse(company, table, "INSERT", f"NEW.{column} = '{value}'")
    reply = anna.push(anna.request())
    assert reply.code is SyncCode.OK
    assert [result.outcome for result in reply.results] == 3 * [OutcomeKind.APPLIED]
    assert reply.last_seq == 6
    assert company.anna.counted("BP-4") == ["13:00-14:00"]
    company.check()
    allow(company)
    anna.acked = reply.last_seq
    anna.sync()
    assert company.anna.counted("BP-5") == ["14:00-15:00"]
    company.check()


def test_a_stop_that_was_undone_did_not_happen(anna: Device) -> None:
    company = anna.company
    anna.start("BP-4", "13:00")
    anna.stop("14:00")
    refuse(company, "applied_actions", "INSERT", f"NEW.action_id = '{anna.actions[-1].action_id}'")
    anna.acked = anna.push(anna.request()).last_seq
    assert company.anna.log("BP-4").status == "running"
    assert company.anna.counted("BP-4") == []
    allow(company)
    anna.sync()
    assert company.anna.counted("BP-4") == ["13:00-14:00"]
    company.check()
