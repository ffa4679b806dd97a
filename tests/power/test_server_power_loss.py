"""If the power of a server on SQLite fails at any moment, is all that it confirmed there, and nothing by halves?"""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.power.disk import after
from tests.power.recording import Recording, record
from tests.power.server_day import ROUNDS
from tests.server.company import Company
from tests.server.databases import Empty, lay_out

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
CUTS: Final = 150
DATABASE: Final = "company.sqlite3"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("recorded")
    shutil.copyfile(lay_out(tmp_path_factory.mktemp("empty")), folder / DATABASE)
    trace = tmp_path_factory.mktemp("trace") / "calls"
    return record("tests.power.server_day", folder, [f"sqlite:///{folder / DATABASE}"], trace)


def test_what_was_recorded_is_a_whole_day(recording: Recording) -> None:
    said = after(recording, len(recording.operations)).said
    assert len(said) == 4 * ROUNDS


def test_the_power_fails_at_any_moment(recording: Recording, tmp_path: Path) -> None:
    for cut in range(CUTS):
        random = Random(cut)  # noqa: S311  # a cut that can be made again
        disk = after(recording, random.randrange(len(recording.operations) + 1))
        folder = tmp_path / str(cut)
        folder.mkdir()
        disk.fail(folder, random)
        confirmed = {said["device_id"]: said["ids"] for said in map(json.loads, disk.said)}
        check_left_behind(folder / DATABASE, confirmed)


def check_left_behind(path: Path, confirmed: dict[str, list[str]]) -> None:
    company = Company.found(Empty(f"sqlite:///{path}"))
    assert company.rows("PRAGMA integrity_check") == [("ok",)]
    company.check()
    found = defaultdict(list)
    for device_id, action_id in company.rows(
        "SELECT device_id, action_id FROM device_actions ORDER BY device_id, seq"
    ):
        found[device_id].append(action_id)
    for device_id, ids in confirmed.items():
        assert found[device_id][: len(ids)] == ids
        assert len(found[device_id]) <= len(ids) + 2, "what was under way, as a whole"
    company.close()
