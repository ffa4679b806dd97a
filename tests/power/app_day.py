"""A day with an outbox in a process of its own, which says what it has acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.properties.outbox_life import Life


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Life(Path(sys.argv[1]), lambda _step: None, tell=_say).live()
