"""What is this server told by its environment?

The only reader of the environment on the server.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

PRODUCT: Final = "hourkeep"
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8765
LAST_PORT: Final = 65_535


class BadSetting(Exception):
    """A setting that cannot be used; the text says which, for the person who set it."""


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` None: a SQLite file in the user's own data folder."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    database_url: str | None = None
    log_level: LogLevel = LogLevel.INFO


def environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251  # this is the room that owns it


def read(variables: Mapping[str, str]) -> Settings:
    """An empty variable is as good as none. BadSetting."""
    return Settings(
        host=variables.get("HOURKEEP_HOST") or DEFAULT_HOST,
        port=_port(variables.get("HOURKEEP_PORT") or str(DEFAULT_PORT)),
        database_url=variables.get("HOURKEEP_DATABASE_URL") or None,
        log_level=_level(variables.get("HOURKEEP_LOG_LEVEL") or LogLevel.INFO),
    )


def parse_port(text: str) -> int:
    """0 asks the system for a free one. ValueError for what is not a port."""
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= LAST_PORT:
        raise ValueError(f"a port is a number from 0 to {LAST_PORT}, not {text!r}")
    return port


def default_database_url() -> str:
    """Makes the folder if it is not there. BadSetting."""
    folder = user_data_path(PRODUCT, appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise BadSetting(f"The folder {folder} cannot be made: {failure.strerror}.") from failure
    return sqlite_url(folder / f"{PRODUCT}.sqlite3")


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def _port(text: str) -> int:
    try:
        return parse_port(text)
    except ValueError as failure:
        raise BadSetting(f"HOURKEEP_PORT: {failure}.") from failure


def _level(text: str) -> LogLevel:
    try:
        return LogLevel(text.lower())
    except ValueError as failure:
        names = ", ".join(LogLevel)
        raise BadSetting(f"HOURKEEP_LOG_LEVEL: choose one of {names}, not {text!r}.") from failure
