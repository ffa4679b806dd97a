"""What runs beside the requests, as long as the application does?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from structlog.typing import FilteringBoundLogger

Task = Callable[[], Awaitable[None]]


@asynccontextmanager
async def running(tasks: Sequence[Task], log: FilteringBoundLogger) -> AsyncIterator[None]:
    """Cancels them at the end and waits until they have finished."""
    begun = [asyncio.create_task(_logged(task, log)) for task in tasks]
    try:
        yield
    finally:
        for each in begun:
            each.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


async def _logged(task: Task, log: FilteringBoundLogger) -> None:
    try:
        await task()
    except Exception:
        log.exception("Background task failed")
        raise
