"""Where does the app write what went wrong?

One file in the profile, and one before it. Never a token, a password or what somebody did.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

LIMIT_BYTES: Final = 1_000_000
FORM: Final = "%(asctime)s %(levelname)s %(name)s %(message)s %(error)s"


def open_log(path: Path) -> None:
    """All loggers write there from now on; to stderr where the file cannot be written. The file before is kept once."""
    with suppress(OSError):
        if path.stat().st_size > LIMIT_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
    try:
        handler: logging.Handler = logging.FileHandler(path, encoding="utf-8", delay=False)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORM, defaults={"error": ""}))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
