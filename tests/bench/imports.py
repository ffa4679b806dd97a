"""How long do the imports take before the tray can show, and before a command can do anything?"""

from __future__ import annotations

import sys
from statistics import median
from typing import Final

from tests.bench._places import folder, plain_environment
from tests.bench.rows import Row
from tests.e2e.programs import run

TURNS: Final = 9
TIMED: Final = (
    "from time import perf_counter; began = perf_counter(); import {module}; print(perf_counter() - began)"
)


def measure() -> list[Row]:
    with folder() as place:
        environment = plain_environment(place)
        taken: dict[str, list[float]] = {
            module: []
            for module in ("app.bootstrap", "PySide6.QtWidgets", "app.cli.command_line", "json, socket")
        }
        for _ in range(TURNS):
            for module, milliseconds in taken.items():
                milliseconds.append(_import(module, environment))
    tray, toolkit, command, least = (median(each) for each in taken.values())
    return [
        Row("imports before the tray", "ms", tray, toolkit, "PySide6.QtWidgets"),
        Row("imports before a command", "ms", command, least, "json and socket"),
    ]


def _import(module: str, environment: dict[str, str]) -> float:
    done = run([sys.executable, "-c", TIMED.format(module=module)], environment)
    assert done.code == 0, done.err
    return float(done.out) * 1000
