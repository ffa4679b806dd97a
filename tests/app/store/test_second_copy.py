"""Does the second copy hold all that was recorded, whatever became of it meanwhile?"""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from app.store.entry import is_whole
from app.store.outbox import Outbox
from app.store.records import Settled
from app.store.schema import TABLES
from app.store.second_copy import content_of
from tests.app.store.conftest import change
from tests.fakes.desk import Desk, numbered_ids

DAY = 86_400


@pytest.fixture
def copy(queue: Path) -> Path:
    return queue.with_suffix(".ndjson")


def copied(copy: Path) -> list[dict[str, Any]]:
    return [json.loads(each)["action"] for each in copy.read_bytes().splitlines()]


def ids(copy: Path) -> list[str]:
    return [each["action_id"] for each in copied(copy)]


def recorded(outbox: Outbox) -> list[str]:
    return [each.action_id for each in outbox.after(0)]


def test_what_record_returned_stands_there(desk: Desk, copy: Path) -> None:
    (started,) = desk.start()
    assert ids(copy) == [started.action_id]
    desk.clock.advance(minutes=5)
    stopped, again = desk.stop("Größe 🙂")[0], desk.start()[0]
    lines = copied(copy)
    assert [each["action_id"] for each in lines] == [each.action_id for each in (started, stopped, again)]
    assert [each["body"] for each in lines] == [started.body, stopped.body, again.body]
    assert [(each["seq"], each["chain"]) for each in lines] == [
        (each.seq, each.chain) for each in (started, stopped, again)
    ]


def test_a_line_torn_at_any_byte_is_written_again(used: Path, copy: Path) -> None:
    whole = copy.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(whole)):
        copy.write_bytes(whole[:end])
        Outbox.open(used).close()
        assert copy.read_bytes() == whole
    copy.write_bytes(whole[:start] + b"\0" * 700)
    Outbox.open(used).close()
    assert copy.read_bytes() == whole


def test_a_torn_line_needs_no_room_for_the_whole_copy(used: Path, copy: Path) -> None:
    """As when the disk was full, and the reserve makes room for a last stop."""

    def full(step: str) -> None:
        if step == "write queue.ndjson.new":
            raise OSError(errno.ENOSPC, step)

    copy.write_bytes(copy.read_bytes()[:-5])
    outbox = Outbox.open(used, fault=full)
    Desk(outbox, new_id=numbered_ids("99999999")).stop()
    assert ids(copy) == recorded(outbox)
    outbox.close()


def test_a_copy_that_is_gone_is_made_again(used: Path, copy: Path) -> None:
    whole = copy.read_bytes()
    copy.unlink()
    Outbox.open(used).close()
    assert copy.read_bytes() == whole


def test_a_copy_that_is_taken_away_meanwhile_is_made_again(desk: Desk, copy: Path) -> None:
    desk.start()
    copy.unlink()
    desk.stop()
    assert ids(copy) == recorded(desk.outbox)
    copy.write_bytes(b"")
    desk.start()
    assert ids(copy) == recorded(desk.outbox)


@pytest.mark.parametrize("spoilt", [b"\xff\xfe\n", b"{}\n", b'{"crc":"00000000","action":{}}\n'])
def test_a_damaged_copy_is_kept_and_made_again(used: Path, copy: Path, spoilt: bytes) -> None:
    whole = copy.read_bytes()
    first, rest = whole.split(b"\n", 1)
    copy.write_bytes(first + b"\n" + spoilt + rest)
    outbox = Outbox.open(used)
    assert outbox.salvaged is None
    assert copy.read_bytes() == whole
    assert copy.with_name("queue.ndjson.damaged-1").read_bytes() == first + b"\n" + spoilt + rest
    outbox.close()


def test_a_flipped_bit_anywhere_in_a_line_is_noticed(used: Path, copy: Path) -> None:
    line = copy.read_bytes().splitlines()[0]
    assert is_whole(line)
    for at in range(len(line)):
        spoilt = bytearray(line)
        spoilt[at] ^= 1
        assert not is_whole(bytes(spoilt))


def test_what_is_no_line_is_damage(copy: Path) -> None:
    assert content_of(b"").lines == ()
    assert content_of(b"\n").damaged == 1
    assert content_of(b"short\n").damaged == 1
    assert content_of(b"\xff" * 50).damaged == 1, "and not the begin of a line"
    assert content_of(b'{"crc":"12').damaged == 0


@pytest.mark.logs("WARNING")
def test_a_copy_that_cannot_be_written_fails_no_recording(
    desk: Desk, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy.mkdir()
    desk.start()
    desk.stop()
    desk.start()
    assert desk.outbox.pending_count() == 3
    assert len([each for each in caplog.records if "is behind" in each.message]) == 1
    copy.rmdir()
    desk.stop()
    assert ids(copy) == recorded(desk.outbox)
    assert len(ids(copy)) == 4


@pytest.mark.logs("WARNING")
def test_a_copy_that_cannot_be_read_lets_the_outbox_open(used: Path, copy: Path) -> None:
    copy.unlink()
    copy.mkdir()
    outbox = Outbox.open(used)
    assert (outbox.pending_count(), outbox.salvaged) == (3, None)
    outbox.close()


def test_under_a_new_name_the_copy_has_it_too(desk: Desk, copy: Path) -> None:
    desk.start()
    desk.stop()
    desk.outbox.rekey("eeeeeeee-0000-7000-8000-000000000001")
    assert {each["device_id"] for each in copied(copy)} == {"eeeeeeee-0000-7000-8000-000000000001"}
    assert ids(copy) == recorded(desk.outbox)
    desk.start()
    assert ids(copy) == recorded(desk.outbox)


def test_a_new_name_that_did_not_reach_the_copy_reaches_it_at_the_next_start(
    desk: Desk, queue: Path, copy: Path
) -> None:
    desk.start()
    before = copy.read_bytes()
    desk.outbox.rekey("eeeeeeee-0000-7000-8000-000000000001")
    after = copy.read_bytes()
    desk.outbox.close()
    copy.write_bytes(before)
    again = Outbox.open(queue)
    assert (again.salvaged, copy.read_bytes()) == (None, after)
    again.close()


def confirm(outbox: Outbox) -> None:
    acked, head = outbox.acked_seq, outbox.head().seq
    outbox.settle(head, [Settled(seq, "applied") for seq in range(acked + 1, head + 1)])


def test_what_is_old_and_confirmed_leaves_the_copy_too(desk: Desk, copy: Path) -> None:
    desk.start()
    desk.stop()
    confirm(desk.outbox)
    now = desk.clock.now()
    desk.outbox.prune(now)
    assert desk.outbox.prune(now + 89 * DAY) == 0
    assert len(ids(copy)) == 2
    assert desk.outbox.prune(now + 90 * DAY) == 2
    assert copy.read_bytes() == b""
    (started,) = desk.start()
    assert ids(copy) == [started.action_id]


def test_a_little_that_is_old_stays_in_the_copy(desk: Desk, queue: Path, copy: Path) -> None:
    desk.start()
    confirm(desk.outbox)
    now = desk.clock.now()
    desk.outbox.prune(now)
    for _ in range(3):
        desk.pause()
        desk.resume()
    assert desk.outbox.prune(now + 91 * DAY) == 1
    assert len(ids(copy)) == 7
    desk.outbox.close()
    again = Outbox.open(queue)
    assert (again.salvaged, len(again.after(0)), len(ids(copy))) == (None, 6, 7)
    Desk(again, new_id=numbered_ids("99999999")).stop()
    assert ids(copy)[1:] == recorded(again)
    again.close()


def test_a_copy_that_is_old_altogether_is_no_reason_to_bring_it_back(
    desk: Desk, queue: Path, copy: Path
) -> None:
    """Killed after the removal and before the copy."""
    desk.start()
    desk.stop()
    confirm(desk.outbox)
    before = copy.read_bytes()
    now = desk.clock.now()
    desk.outbox.prune(now)
    desk.outbox.prune(now + 91 * DAY)
    desk.outbox.close()
    copy.write_bytes(before)
    again = Outbox.open(queue)
    assert (again.salvaged, again.after(0)) == (None, ())
    (started,) = Desk(again, new_id=numbered_ids("99999999")).start()
    assert ids(copy)[-1] == started.action_id
    again.close()


def test_only_its_owner_can_read_it(used: Path, copy: Path) -> None:
    assert copy.stat().st_mode & 0o077 == 0
    assert used.with_suffix(".reserve").stat().st_mode & 0o077 == 0


def test_a_copy_of_other_actions_is_brought_together_with_the_file(used: Path, copy: Path) -> None:
    """Recorded by a program of version 1 since a restored backup: the numbers are the same, the actions are not."""
    other = copy.read_bytes()
    change(
        used,
        "DROP TRIGGER unconfirmed_action_stays",
        "DELETE FROM action WHERE seq > 1",
        "UPDATE meta SET v = 'null' WHERE k = 'timer'",
        *(each for each in TABLES if "unconfirmed_action_stays" in each),
    )
    copy.unlink()
    outbox = Outbox.open(used)
    (mine,) = Desk(outbox, new_id=numbered_ids("99999999")).start()
    outbox.close()
    copy.write_bytes(other)
    again = Outbox.open(used)
    assert again.salvaged is not None
    kept = recorded(again)
    assert len(kept) == 4
    assert mine.action_id in kept
    assert ids(copy) == kept
    again.close()
