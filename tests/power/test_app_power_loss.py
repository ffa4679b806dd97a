"""If the power fails at any moment, is every acknowledged gesture there, whole, and nothing else?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.power.disk import after
from tests.power.recording import Recording, Sync, Write, record
from tests.properties.outbox_life import Countdown, Life, Sight, check_left_behind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
CUTS: Final = 1000


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Sight]:
    life = Life(tmp_path_factory.mktemp("lived") / "queue.sqlite3", Countdown(-1))
    life.live(look=True)
    return life.sights


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("recorded")
    trace = tmp_path_factory.mktemp("trace") / "calls"
    return record("tests.power.app_day", folder, [str(folder / "queue.sqlite3")], trace)


def test_what_was_recorded_is_a_whole_day(recording: Recording) -> None:
    kinds = [type(each) for each in recording.operations]
    assert kinds.count(Sync) > 50
    assert kinds.count(Write) > 100
    disk = after(recording, len(recording.operations))
    assert disk.said == [str(number) for number in range(15)]


def test_the_power_fails_at_any_moment(recording: Recording, lived: list[Sight], tmp_path: Path) -> None:
    for cut in range(CUTS):
        random = Random(cut)  # noqa: S311  # a cut that can be made again
        at = random.randrange(len(recording.operations) + 1)
        disk = after(recording, at)
        folder = tmp_path / str(cut)
        folder.mkdir()
        disk.fail(folder, random)
        acknowledged = int(disk.said[-1]) if disk.said else -1
        check_second_copy(folder / "queue.ndjson", lived[max(0, acknowledged) : acknowledged + 2], at)
        check_left_behind(folder / "queue.sqlite3", acknowledged, lived, at)


def check_second_copy(path: Path, allowed: list[Sight], at: int) -> None:
    """It has to do where the outbox itself cannot be read any more."""
    whole = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    copied = {json.loads(each)["action"]["action_id"] for each in whole if each.startswith(b"{")}
    assert any({action.action_id for action in sight["kept"]} <= copied for sight in allowed), f"cut at {at}"
