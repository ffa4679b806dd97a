"""Where is what waits for the server written to, when somebody wants it in a file?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.errors import AppError


class NotWritten(AppError):
    code = "not_written"

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} cannot be written: {reason}.")


def keep(file: Path, answer: Mapping[str, Any]) -> str:
    """Writes a new file that only its owner reads, and never over another one. The words for it. NotWritten."""
    content = answer["csv" if file.suffix.lower() == ".csv" else "json"]
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(content, encoding="utf-8", newline="")
    except FileExistsError as error:
        raise NotWritten(file, "there is a file of that name already") from error
    except OSError as error:
        raise NotWritten(file, error.strerror or str(error)) from error
    n = answer["count"]
    return f"{n} {'action is' if n == 1 else 'actions are'} in {file}."
