"""How do the jobs come together?

Imported when the server already answers: what they need would make it start a tenth later.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from server.clock import Clock
from server.db.session import Database
from server.domain.principal import ServerIdentity
from server.jobs.courier import Courier
from server.jobs.hooks import Caller
from server.jobs.keeping import Found, Keeping
from server.jobs.mail import Post
from server.jobs.runner import Jobs
from server.jobs.shift import Shift
from server.jobs.sweeper import Sweeper
from server.settings import Settings

AGENT: Final = "Hourkeep"


def jobs(
    database: Database,
    clock: Clock,
    server: ServerIdentity,
    settings: Settings,
    ticks: Callable[[], float],
    log: FilteringBoundLogger,
    found: Found,
) -> Jobs:
    """`found`: see `Keeping`."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # its warnings are about its own habits
    mail = None if settings.mail is None else Post(settings.mail, settings.language, server.server_id)
    caller = Caller(server.key(settings.secret_key), settings.webhook_networks, clock, AGENT)
    return Jobs(
        shift=Shift(database, secrets.token_hex(16), ticks),
        sweeper=Sweeper(database, clock, ticks, log),
        courier=Courier(database, clock, mail, caller, random.random, log),
        keeping=Keeping(database, clock, log, found),
        ticks=ticks,
        log=log,
    )
