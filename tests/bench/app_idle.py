"""What does the app take while a timer runs, its window is shown and it syncs every five seconds?"""

from __future__ import annotations

from threading import Event
from typing import Final

from tests.bench._places import bare_tray, company, desktop, folder, signed_in
from tests.bench._processes import spent
from tests.bench.rows import Row
from tests.e2e.eventually import eventually

SETTLED_AFTER_S: Final = 8
DURING_S: Final = 60
KTIMETRACKER: Final = (
    85 / 29
)  # milliseconds of it and of the bare program, measured in one run on one machine


def measure() -> list[Row]:
    with (
        folder() as place,
        company(place) as server,
        desktop(place) as screen,
        bare_tray(place, screen) as bare,
    ):
        server.start()
        with signed_in(place, screen, server) as device:
            bare.start()
            device.start()
            eventually(lambda: device.status()["sync"]["state"] == "online", "the app online")
            Event().wait(SETTLED_AFTER_S)
            before = spent(device.pid), spent(bare.pid)
            Event().wait(DURING_S)
            ours, bares = spent(device.pid).since(before[0]), spent(bare.pid).since(before[1])
            assert device.status()["status"] == "running"
    floor = "bare PySide6 tray"
    return [
        Row(f"CPU in {DURING_S} s, timer running", "ms", ours.cpu_ms, bares.cpu_ms, floor, KTIMETRACKER),
        Row(
            "wake-ups, timer running",
            "per s",
            ours.wake_ups / DURING_S,
            bares.wake_ups / DURING_S,
            floor,
            5,
            absolute=True,
        ),
    ]
