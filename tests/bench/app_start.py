"""How long after its launch does the app's icon stand in the tray?

With Anna signed in, her server running and a timer that goes on. Beside a bare program of the same toolkit, in turns.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from statistics import median
from time import perf_counter
from typing import Final

from tests.bench._places import bare_tray, company, desktop, folder, signed_in
from tests.bench._processes import Screen, wait_until
from tests.bench.rows import Row
from tests.e2e.desktop import TRAY_HEIGHT
from tests.e2e.programs import Program

TURNS: Final = 9


def measure() -> list[Row]:
    with (
        folder() as place,
        company(place) as server,
        desktop(place) as screen,
        bare_tray(place, screen) as bare,
    ):
        server.start()
        eyes = Screen(screen.environment["DISPLAY"])
        with closing(eyes), signed_in(place, screen, server) as device:
            looked = _watched(eyes)
            looked(bare)
            looked(device.program)
            bares, ours = [], []
            for _ in range(TURNS):
                bares.append(looked(bare))
                ours.append(looked(device.program))
    row = Row("tray visible after launch", "ms", median(ours), median(bares), "bare PySide6 tray", 1.25)
    return [row, Row("tray visible after launch, slowest", "ms", max(ours), max(bares), "bare PySide6 tray")]


def _watched(eyes: Screen) -> Callable[[Program], float]:
    """Milliseconds from launch to icon; the program has ended when it returns."""

    def look(program: Program) -> float:
        began = perf_counter()
        program.start()
        try:
            seen = wait_until(lambda: eyes.shows_icon(program.pid, TRAY_HEIGHT), "an icon in the tray")
        finally:
            program.kill9()
        wait_until(lambda: not eyes.shows_icon(program.pid, TRAY_HEIGHT), "the icon gone")
        return (seen - began) * 1000

    return look
