"""What if the outbox or its second copy is damaged, in part or wholly, or is gone, or older than it was?"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from app.core.actions import Recorded
from app.core.timer import IssueRef
from app.errors import FileTrouble, OutboxLocked, OutboxSalvaged, OutboxSalvagedInPart, OutboxUnwritable
from app.store.aside import set_aside
from app.store.database import Database
from app.store.outbox import Outbox
from app.store.records import Settled
from tests.app.store.conftest import change
from tests.fakes.desk import LOGIN, MENU, Desk, numbered_ids

PAGE: Final = 4096
GESTURES: Final = 30
LEAF: Final = 13  # the first byte of a page of rows

Fact = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Past:
    """What was recorded in the files of a folder, and how it stood."""

    folder: Path
    facts: list[Fact]
    device_id: str
    timer: object

    @property
    def queue(self) -> Path:
        return self.folder / "queue.sqlite3"

    @property
    def copy(self) -> Path:
        return self.folder / "queue.ndjson"


def facts_of(actions: tuple[Recorded, ...]) -> list[Fact]:
    return [(each.action_id, each.kind, each.body) for each in actions]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Enough for several pages of every kind, half of it confirmed, and a timer that runs."""
    folder = tmp_path_factory.mktemp("model")
    outbox = Outbox.open(folder / "queue.sqlite3", make_device_id=numbered_ids("dddddddd"))
    desk = Desk(outbox)
    for number in range(GESTURES):
        desk.start(LOGIN if number % 2 else MENU)
        desk.clock.advance(minutes=7)
        desk.pause()
        desk.clock.advance(minutes=1)
        desk.resume()
        desk.clock.advance(minutes=3)
    outbox.settle(40, [Settled(seq, "applied") for seq in range(1, 41)], "s" * 64)
    past = Past(folder, facts_of(outbox.after(0)), outbox.device_id, outbox.timer())
    outbox.close()
    return past


@pytest.fixture
def past(model: Past, tmp_path: Path) -> Past:
    """The same, to be damaged."""
    folder = tmp_path / "past"
    shutil.copytree(model.folder, folder)
    return Past(folder, model.facts, model.device_id, model.timer)


def salvage_trouble(outbox: Outbox) -> FileTrouble | None:
    return None if outbox.salvaged is None else outbox.salvaged.trouble(outbox.path)


def known(issue_id: int) -> IssueRef | None:
    return {LOGIN.id: LOGIN, MENU.id: MENU}.get(issue_id)


def open_again(past: Past) -> Outbox:
    return Outbox.open(past.queue, make_device_id=numbered_ids("eeeeeeee"), issue_of=known)


def check_all_is_there(past: Past, outbox: Outbox) -> None:
    """Every action once, in order, waiting to be sent by a new device; and the chain and the second copy are right."""
    assert outbox.salvaged is not None
    assert not outbox.salvaged.may_miss
    assert facts_of(outbox.unsent()) == past.facts
    assert outbox.device_id != past.device_id
    assert outbox.batch().parent_device_id == past.device_id
    timer = outbox.timer()
    assert timer is not None
    assert past.timer is not None
    outbox.close()
    again = open_again(past)
    assert again.salvaged is None
    assert facts_of(again.after(0)) == past.facts
    assert len(past.copy.read_bytes().splitlines()) == len(past.facts)
    again.close()


def names(past: Past) -> set[str]:
    return {each.name for each in past.folder.iterdir() if not each.name.endswith("-journal")}


# ---- the database is damaged, the copy is not --------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"\0" * 5000, b"not a database at all " * 300, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_garbage_is_kept_and_everything_comes_from_the_copy(past: Past, content: bytes) -> None:
    past.queue.write_bytes(content)
    outbox = open_again(past)
    assert outbox.salvaged is not None
    assert outbox.salvaged.aside == past.folder / "queue.sqlite3.damaged-1"
    assert outbox.salvaged.aside.read_bytes() == content
    check_all_is_there(past, outbox)


def test_a_file_that_was_cut_off_after_any_page(past: Past, model: Past) -> None:
    whole = model.queue.read_bytes()
    for end in range(0, len(whole), PAGE):
        past.queue.write_bytes(whole[:end])
        shutil.copy(model.copy, past.copy)
        check_all_is_there(past, open_again(past))


def test_a_page_of_zeros_anywhere(past: Past, model: Past) -> None:
    whole = model.queue.read_bytes()
    for start in range(0, len(whole), PAGE):
        past.queue.write_bytes(whole[:start] + b"\0" * PAGE + whole[start + PAGE :])
        shutil.copy(model.copy, past.copy)
        outbox = open_again(past)
        if outbox.salvaged is None:  # no page that anything depends on
            assert facts_of(outbox.after(0)) == past.facts
            outbox.close()
        else:
            check_all_is_there(past, outbox)


def test_a_flipped_bit_anywhere_changes_no_action(past: Past, model: Past) -> None:
    whole = model.queue.read_bytes()
    chance = random.Random(7)  # noqa: S311  # the same bits in every run
    salvaged = 0
    for _ in range(250):
        spoilt = bytearray(whole)
        spoilt[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        past.queue.write_bytes(spoilt)
        shutil.copy(model.copy, past.copy)
        outbox = open_again(past)
        salvaged += outbox.salvaged is not None
        pending = outbox.unsent()
        assert facts_of(pending) == past.facts[-len(pending) :]
        assert len(pending) in {len(past.facts), len(past.facts) - 40}
        outbox.close()
    assert salvaged > 100


def test_a_missing_file_comes_back_from_its_copy(past: Past) -> None:
    past.queue.unlink()
    outbox = open_again(past)
    assert outbox.salvaged is not None
    assert (outbox.salvaged.aside, outbox.salvaged.saved) == (None, len(past.facts))
    assert outbox.timer() is not None
    check_all_is_there(past, outbox)


def test_a_file_from_an_older_backup_gets_what_was_recorded_since(past: Past) -> None:
    backup = past.queue.read_bytes()
    outbox = open_again(past)
    Desk(outbox, new_id=numbered_ids("99999999")).stop("After the backup")
    expected = facts_of(outbox.after(0))
    outbox.close()
    past.queue.write_bytes(backup)

    restored = open_again(past)
    assert facts_of(restored.unsent()) == expected
    assert restored.timer() is None
    assert restored.salvaged is not None
    assert restored.salvaged.aside is not None
    assert restored.salvaged.aside.read_bytes() == backup
    restored.close()


# ---- both, or only the database is there --------------------------------------------------------------------


def test_without_a_copy_all_that_can_be_read_is_saved(past: Past) -> None:
    past.copy.unlink()
    change(past.queue, "UPDATE meta SET v = '{' WHERE k = 'timer'")
    outbox = open_again(past)
    assert facts_of(outbox.unsent()) == past.facts
    assert isinstance(salvage_trouble(outbox), OutboxSalvaged), (
        "every action was there and the chain proves it"
    )
    timer = outbox.timer()
    assert timer is not None
    assert (timer.issue, timer.closed_seconds, timer.rate) == (LOGIN, 420, None)
    outbox.close()


def test_without_a_copy_a_page_that_is_lost_costs_what_stood_on_it_and_nothing_else(
    past: Past, model: Past
) -> None:
    whole = model.queue.read_bytes()
    tried = 0
    for start in range(PAGE, len(whole), PAGE):
        page = whole[start : start + PAGE]
        if page[0] != LEAF or b"mono_s" not in page:
            continue
        tried += 1
        past.queue.write_bytes(whole[:start] + b"\0" * PAGE + whole[start + PAGE :])
        past.copy.unlink(missing_ok=True)
        outbox = open_again(past)
        saved = facts_of(outbox.unsent())
        assert isinstance(salvage_trouble(outbox), OutboxSalvagedInPart)
        assert saved == [fact for fact in past.facts if fact in saved], "in order, each once"
        assert len(past.facts) - 12 <= len(saved) < len(past.facts)
        outbox.close()
    assert tried > 5


def test_a_body_that_nobody_has_any_more_is_left_out_and_said(past: Past) -> None:
    past.copy.unlink()
    change(
        past.queue,
        "DROP TRIGGER action_never_changes",
        "UPDATE action SET body = replace(body, 'Berlin', 'Bonn') WHERE seq = 60",
    )
    outbox = open_again(past)
    assert facts_of(outbox.unsent()) == past.facts[:59] + past.facts[60:]
    trouble = salvage_trouble(outbox)
    assert isinstance(trouble, OutboxSalvagedInPart)
    assert trouble.kept.exists()
    outbox.close()


def test_what_is_damaged_in_one_is_taken_from_the_other(past: Past) -> None:
    lines = past.copy.read_bytes().splitlines(keepends=True)
    lines[10] = lines[10].replace(b"timer", b"timex")
    past.copy.write_bytes(b"".join(lines[:-3]) + lines[-3][:50])
    change(
        past.queue,
        "DROP TRIGGER action_never_changes",
        "UPDATE action SET body = replace(body, 'Berlin', 'Bonn') WHERE seq IN (60, 61)",
        "UPDATE action SET chain = substr(chain, 2) || substr(chain, 1, 1) WHERE seq = 70",
    )
    outbox = open_again(past)
    assert facts_of(outbox.unsent()) == past.facts
    assert outbox.salvaged is not None
    assert outbox.salvaged.may_miss, "neither of the two is whole"
    assert "queue.ndjson.damaged-1" in names(past)
    outbox.close()


def test_an_id_that_was_changed_makes_no_second_action(past: Past) -> None:
    change(
        past.queue,
        "DROP TRIGGER action_never_changes",
        "UPDATE action SET action_id = replace(action_id, '0000-7000', '0001-7000') WHERE seq = 60",
        "PRAGMA foreign_keys = OFF",
    )
    outbox = open_again(past)
    check_all_is_there(past, outbox)


def test_an_id_that_was_changed_behind_a_gap_makes_none_either(past: Past) -> None:
    change(
        past.queue,
        "UPDATE meta SET v = '60' WHERE k = 'acked_seq'",
        "DELETE FROM action WHERE seq = 59",
        "DROP TRIGGER action_never_changes",
        "UPDATE action SET action_id = replace(action_id, '0000-7000', '0001-7000') WHERE seq = 60",
    )
    check_all_is_there(past, open_again(past))


def test_a_new_name_that_had_not_reached_the_copy_confuses_no_order(past: Past) -> None:
    """Killed between the commit of the new name and the copy, and then actions are lost."""
    outbox = open_again(past)
    outbox.prune(0)
    outbox.prune(91 * 86_400)
    copy = past.copy.read_bytes().splitlines(keepends=True)
    assert len(copy) == len(past.facts)
    outbox.rekey("eeeeeeee-0000-7000-8000-0000000000ff")
    outbox.close()
    past.copy.write_bytes(b"".join(copy[40:]))
    change(
        past.queue,
        "DROP TRIGGER unconfirmed_action_stays",
        "DELETE FROM action WHERE seq IN (5, 6, 50)",
    )
    again = open_again(past)
    assert facts_of(again.unsent()) == past.facts[40:]
    again.close()


def test_what_was_removed_as_old_is_not_missed_under_a_new_name(past: Past) -> None:
    outbox = open_again(past)
    outbox.prune(0)
    assert outbox.prune(91 * 86_400) == 40
    outbox.rekey("eeeeeeee-0000-7000-8000-0000000000ff")
    outbox.close()
    again = open_again(past)
    assert (salvage_trouble(again), facts_of(again.unsent())) == (None, past.facts[40:])
    assert past.copy.read_bytes().count(b"\n") == len(past.facts) - 40
    again.close()


def test_nothing_to_read_in_either_begins_anew_and_keeps_both(past: Past) -> None:
    past.queue.write_bytes(b"\xff" * 9000)
    past.copy.write_bytes(b"\xff" * 9000)
    outbox = open_again(past)
    assert isinstance(salvage_trouble(outbox), OutboxSalvagedInPart)
    assert outbox.after(0) == ()
    Desk(outbox).start()
    outbox.close()
    assert {"queue.sqlite3.damaged-1", "queue.ndjson.damaged-1"} <= names(past)


def test_the_database_of_another_program_is_kept(past: Past) -> None:
    past.queue.unlink()
    change(past.queue, "CREATE TABLE bookmarks (url)")
    outbox = open_again(past)
    assert outbox.salvaged is not None
    assert outbox.salvaged.reason == "it is not an outbox"
    check_all_is_there(past, outbox)


# ---- what is noticed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM action WHERE seq = 1", "action 1 is missing"),
        (
            "UPDATE action SET chain = substr(chain, 2) || substr(chain, 1, 1) WHERE seq = 2",
            "chain breaks at action 2",
        ),
        ("UPDATE meta SET v = '9' WHERE k = 'acked_seq'", "more is confirmed"),
        ("DELETE FROM meta WHERE k = 'acked_seq'", "acked_seq"),
        ("UPDATE meta SET v = '{}' WHERE k = 'timer'", "timer_id"),
        ("UPDATE meta SET v = '{' WHERE k = 'timer'", "Expecting"),
        ("UPDATE meta SET v = replace(v, '50.0000', 'fifty') WHERE k = 'timer'", "ConversionSyntax"),
        (
            "UPDATE meta SET v = replace(v, '\"closed_seconds\": 0', '\"closed_seconds\": true')",
            "no whole number",
        ),
        ("UPDATE action SET body = replace(body, 'Fixed', 'Broke') WHERE seq = 2", "action 2 was changed"),
        ("UPDATE action SET action_id = CAST(action_id AS BLOB) WHERE seq = 2", "encode"),
        ("INSERT INTO beat VALUES (CAST(x'ff' AS TEXT), 1)", "UTF-8"),
        ("DROP TABLE action", "no such table"),
    ],
)
def test_a_file_that_does_not_fit_together_is_made_anew(used: Path, statement: str, reason: str) -> None:
    change(used, "DROP TRIGGER unconfirmed_action_stays", "DROP TRIGGER action_never_changes", statement)
    outbox = Outbox.open(used)
    assert outbox.salvaged is not None
    assert reason in outbox.salvaged.reason
    assert [action.kind for action in outbox.unsent()] == ["timer.start", "timer.stop", "timer.start"]
    assert not outbox.salvaged.may_miss
    outbox.close()


def test_the_file_itself_refuses_to_lose_an_action(used: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="an unconfirmed action stays"):
        change(used, "DELETE FROM action")
    with pytest.raises(sqlite3.IntegrityError, match="an action never changes"):
        change(used, "UPDATE action SET body = '{}'")


def break_bodies(outbox: Outbox) -> None:
    """While it is open; all is confirmed."""
    outbox.settle(3, [])
    database = outbox._database
    database.run("DROP TRIGGER action_never_changes")
    database.run("UPDATE action SET body = replace(body, 'Fixed', 'Broke')")


@pytest.mark.logs("WARNING")
def test_a_changed_body_is_not_passed_on_under_a_new_name(used: Path) -> None:
    outbox = Outbox.open(used)
    break_bodies(outbox)
    assert salvage_trouble(outbox) is None
    outbox.rekey("11111111-1111-4111-8111-111111111111")
    assert isinstance(salvage_trouble(outbox), OutboxSalvaged)
    assert outbox.device_id == "11111111-1111-4111-8111-111111111111"
    assert outbox.unsent()[1].body["description"] == "Fixed the redirect of the login"
    Desk(outbox, new_id=numbered_ids("99999999")).stop()
    outbox.close()


@pytest.mark.logs("WARNING")
def test_where_it_cannot_be_made_anew_under_the_new_name_it_is_when_it_is_opened_again(used: Path) -> None:
    def refuse(step: str) -> None:
        if step == "move queue.sqlite3" and is_refused:
            raise PermissionError(step)

    is_refused = True
    outbox = Outbox.open(used, fault=refuse)
    break_bodies(outbox)
    with pytest.raises(OutboxUnwritable):
        outbox.rekey("11111111-1111-4111-8111-111111111111")
    is_refused = False
    again = Outbox.open(used)
    assert again.unsent()[1].body["description"] == "Fixed the redirect of the login"
    Desk(again, new_id=numbered_ids("99999999")).stop()
    again.close()


def test_notes_come_along(past: Past) -> None:
    outbox = open_again(past)
    outbox.remember("stopping", "1767603600 00000000-0000-7000-8000-000000000001")
    outbox.close()
    change(past.queue, "DELETE FROM meta WHERE k = 'acked_seq'")
    again = open_again(past)
    assert again.recall("stopping") == "1767603600 00000000-0000-7000-8000-000000000001"
    assert again.acked_sig() is None
    again.close()


def test_what_was_ended_elsewhere_does_not_run_again(past: Past) -> None:
    """The state at the last action counts, not what the actions alone would tell."""
    outbox = open_again(past)
    outbox.record((), None)
    outbox.close()
    change(past.queue, "UPDATE meta SET v = 'x' WHERE k = 'acked_seq'")
    again = open_again(past)
    assert (again.timer(), facts_of(again.unsent())) == (None, past.facts)
    again.close()


# ---- where the damaged files go ---------------------------------------------------------------------------------


def test_a_damaged_file_is_set_aside_and_never_overwritten(queue: Path) -> None:
    queue.parent.mkdir()
    for number in (1, 2):
        queue.write_bytes(b"damaged %d" % number)
        aside = set_aside(queue)
        assert aside is not None
        assert aside.read_bytes() == b"damaged %d" % number
    assert not queue.exists()
    assert len(list(queue.parent.iterdir())) == 2


def test_the_journal_goes_with_its_file(used: Path) -> None:
    journal = used.with_name(f"{used.name}-journal")
    journal.write_bytes(b"hot")
    aside = set_aside(used)
    assert aside is not None
    assert not journal.exists()
    assert aside.with_name(f"{aside.name}-journal").read_bytes() == b"hot"


def test_the_journal_of_a_missing_file_is_not_played_back_into_the_next(queue: Path) -> None:
    queue.parent.mkdir()
    journal = queue.with_name(f"{queue.name}-journal")
    journal.write_bytes(b"hot")
    aside = set_aside(queue)
    assert (aside, journal.exists()) == (None, False)


def test_a_second_program_does_not_disturb_a_salvage(past: Past) -> None:
    new = past.folder / "queue.sqlite3.new"
    other = Database(new)
    other.make_durable()
    with pytest.raises(OutboxLocked):
        open_again(past)
    assert new.exists()
    other.close()
    outbox = open_again(past)
    assert (outbox.salvaged, new.exists()) == (None, False)
    outbox.close()


def test_what_cannot_be_set_aside_stays(past: Past) -> None:
    """A folder stands where the new file would be made."""
    (past.folder / "queue.sqlite3.new").mkdir()
    past.queue.write_bytes(b"\xff" * 9000)
    with pytest.raises(OutboxUnwritable):
        open_again(past)
    assert past.queue.read_bytes() == b"\xff" * 9000


def test_the_copy_is_text_that_anybody_can_read(past: Past) -> None:
    lines = [json.loads(each) for each in past.copy.read_bytes().splitlines()]
    assert [(each["action"]["action_id"], each["action"]["body"]) for each in lines] == [
        (action_id, body) for action_id, _kind, body in past.facts
    ]
