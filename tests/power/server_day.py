"""A day of two devices at a server of its own on SQLite, which says what it has confirmed."""

from __future__ import annotations

import json
import sys
from typing import Final

from tests.server.company import Company
from tests.server.databases import Empty
from tests.server.device import Device

ROUNDS: Final = 12
HOURS: Final = 14


def _live(url: str) -> None:
    company = Company(Empty(url))
    company.clock.advance(hours=HOURS)
    company.set_budget("BP", 100)
    devices = [company.anna.device(), company.ben.device()]
    for number in range(ROUNDS):
        for device in devices:
            _work(device, 8 * 60 + number * 40)
    company.close()


def _work(device: Device, minute: int) -> None:
    """Two messages of two actions each."""
    device.start("BP-1", _spoken(minute))
    device.pause(_spoken(minute + 10))
    _send(device)
    device.resume(_spoken(minute + 15))
    device.stop(_spoken(minute + 30))
    _send(device)


def _send(device: Device) -> None:
    device.sync()
    ids = [action.action_id for action in device.actions[: device.acked]]
    sys.stdout.write(json.dumps({"device_id": device.device_id, "ids": ids}) + "\n")
    sys.stdout.flush()


def _spoken(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


if __name__ == "__main__":
    _live(sys.argv[1])
