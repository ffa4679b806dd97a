"""How is the log written, and what never gets into it?"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from server.settings import LogLevel

DATABASES: Final = ("sqlalchemy", "sqlite3", "asyncpg", "asyncmy", "pymysql")
HARMLESS: Final = (
    "OperationalError",
)  # a full disk, a lost connection; the engines hide what was being written
LEFT_OUT: Final = "(the database's words are left out: they may name what somebody wrote)"


def open_log(level: LogLevel, stream: BinaryIO) -> FilteringBoundLogger:
    """JSON, a line an event."""
    # Bound once: what wrap_logger returns would put itself together anew for every line.
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(stream),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_told),
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    ).bind()
    return log


class Forward(logging.Handler):
    """What libraries say goes into the same log."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info or None
        )


def _told(exc_info: Any) -> str:
    """The traceback of an exception and of those that led to it, without what a database may quote."""
    return "\n".join(_lines(exc_info[1]))


def _lines(failure: BaseException) -> Iterator[str]:
    before = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    if before is not None:
        yield from _lines(before)
        yield "\nwhich led to:\n"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(failure.__traceback__)).rstrip("\n")
    kind = type(failure)
    words = LEFT_OUT if _may_quote(kind) else str(failure)
    yield f"{kind.__module__}.{kind.__qualname__}: {words}"
    if isinstance(failure, BaseExceptionGroup):
        for each in failure.exceptions:
            yield from _lines(each)


def _may_quote(kind: type[BaseException]) -> bool:
    return kind.__module__.partition(".")[0] in DATABASES and kind.__name__ not in HARMLESS


def _as_json(event: EventDict, **_options: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)
