"""How much memory does the app take, ten seconds after its start, with a timer running and its window shown?"""

from __future__ import annotations

from statistics import mean
from threading import Event
from typing import Final

from tests.bench._places import bare_tray, company, desktop, folder, signed_in
from tests.bench._processes import pss_mib, users_of
from tests.bench.rows import CannotMeasure, Row
from tests.e2e.programs import Program

AFTER_S: Final = 10
TOOLKIT: Final = "PySide6/Qt/lib/libQt6Core"
TURNS: Final = 2


def measure() -> list[Row]:
    with (
        folder() as place,
        company(place) as server,
        desktop(place) as screen,
        bare_tray(place, screen) as bare,
    ):
        server.start()
        with signed_in(place, screen, server) as device:
            bares, ours = [], []
            for _ in range(TURNS):
                bares.append(_settled(bare))
                ours.append(_settled(device.program))
    what = f"memory (PSS) after {AFTER_S} s with a timer running"
    return [Row(what, "MiB", mean(ours), mean(bares), "bare PySide6 tray", 1.35)]


def _settled(program: Program) -> float:
    """One program at a time: of what two share, each would count only half. CannotMeasure."""
    if others := users_of(TOOLKIT):
        raise CannotMeasure(f"the processes {others} share the toolkit's memory; end them first")
    program.start()
    try:
        Event().wait(AFTER_S)
        return pss_mib(program.pid)
    finally:
        program.kill9()
