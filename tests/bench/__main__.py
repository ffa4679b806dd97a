"""How fast and how large is Hourkeep here, beside a floor or a peer in the same run?

Runs every script of this folder that has a `measure`, writes `bench/results.json` with the machine's details, and prints a table.
With names as arguments only the scripts run whose name begins so: `python -m tests.bench server app_memory`.
"""

from __future__ import annotations

import importlib
import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
import psutil

from tests.bench.rows import CannotMeasure, Row, table

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE.parents[1] / "bench" / "results.json"
MEASURED_WITH: Final = ("pyside6-essentials", "litestar", "uvicorn", "sqlalchemy", "msgspec")


def main() -> int:
    wanted = sys.argv[1:]
    rows: list[Row] = []
    described = machine()
    failed: list[str] = []
    skipped: list[str] = []
    for name in scripts():
        script = importlib.import_module(f"tests.bench.{name}")
        if not hasattr(script, "measure") or (wanted and not name.startswith(tuple(wanted))):
            continue
        print(f"{name} …", flush=True)
        try:
            rows += script.measure()
        except CannotMeasure as reason:
            print(f"{name}: not measured here: {reason}", file=sys.stderr)
            skipped.append(name)
        except Exception as error:  # noqa: BLE001  one script that cannot run here leaves the others their turn
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            failed.append(name)
    RESULTS.parent.mkdir(exist_ok=True)
    results = {"machine": described, "rows": rows, "failed": failed, "skipped": skipped}
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    print(table(rows))
    return 1 if failed else 0


def scripts() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def machine() -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "load_before": psutil.getloadavg()[0],
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in MEASURED_WITH},
    }


def processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    sys.exit(main())
