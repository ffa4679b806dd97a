"""Is a copied or restored file told before it sends anything?"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store.identity import Identity, Mark, Rekey, must_rekey
from app.store.outbox import Outbox
from tests.fakes.desk import Desk

FILE = Identity("device", 10, "here")


@pytest.mark.parametrize(
    ("mark", "machine", "reason"),
    [
        (None, None, None),
        (None, "here", None),
        (Mark("device", 10), "here", None),
        (Mark("device", 3), "here", None),
        (Mark("device", 11), "here", Rekey.RESTORED),
        (Mark("another", 99), "here", None),
        (None, "there", Rekey.COPIED),
        (Mark("device", 10), "there", Rekey.COPIED),
    ],
)
def test_why_a_device_needs_a_new_name(mark: Mark | None, machine: str | None, reason: Rekey | None) -> None:
    assert must_rekey(FILE, mark, machine) is reason


def test_a_file_that_was_on_no_machine_yet_stays_what_it_is() -> None:
    assert must_rekey(Identity("device", 10), None, "here") is None


def test_a_copy_on_another_machine_is_a_new_device_that_sends_all_again(queue: Path) -> None:
    outbox = Outbox.open(queue, machine="here")
    recorded = Desk(outbox).start()
    device_id = outbox.device_id
    outbox.close()

    same = Outbox.open(queue, machine="here")
    assert same.device_id == device_id
    assert same.identity() == Identity(device_id, 1, "here")
    same.close()
    unknown = Outbox.open(queue)
    assert unknown.device_id == device_id
    unknown.close()

    copy = Outbox.open(queue, machine="there")
    assert copy.device_id != device_id
    assert (copy.batch().parent_device_id, copy.batch().base.seq) == (device_id, 0)
    assert [each.action_id for each in copy.unsent()] == [each.action_id for each in recorded]
    name = copy.device_id
    copy.close()

    again = Outbox.open(queue, machine="there")
    assert again.device_id == name
    again.close()
