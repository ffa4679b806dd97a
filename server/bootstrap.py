"""How do the parts of the server come together, and how do they end?"""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from types import FrameType
from typing import TYPE_CHECKING, Final

import uvicorn
from structlog.typing import FilteringBoundLogger

from server.api.accepting import Server
from server.api.app import Rooms, create_app, document
from server.api.door import Door
from server.api.envelope import Envelope
from server.api.metrics import Metrics
from server.api.office import Office
from server.api.queues import Queues, loop_time
from server.api.stream import Streams
from server.api.webhooks import Outside
from server.clock import Clock, SystemClock
from server.db.address import open_database
from server.db.after import Heard
from server.db.blocking import Blocking
from server.db.session import Database
from server.domain.principal import ServerIdentity
from server.live.background import running
from server.live.bus import Bus
from server.live.cache import NoCache
from server.log import Forward, open_log
from server.services.company import identity
from server.settings import PRODUCT, BadSetting, Settings

__all__ = ["CannotListen", "build", "description", "listen", "open_log", "serve"]

if TYPE_CHECKING:
    from server.live.together import Together

INSTANCE_BYTES: Final = 8
FINISH_WITHIN_S: Final = 10
KEPT_OPEN_S: Final = 75  # longer than any pause between two polls
BACKLOG: Final = 2048
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class CannotListen(Exception):
    """Nobody could connect at this address; the text says why."""


def serve(settings: Settings, database_url: str) -> None:
    """Until SIGTERM or Ctrl-C: requests in flight are answered, then the database is closed.

    CannotListen, UnknownDatabase, DatabaseUnusable.
    """
    with listen(settings.host, settings.port) as listener:
        log = open_log(settings.log_level, sys.stderr.buffer)
        logging.basicConfig(handlers=[Forward(log)], level=logging.WARNING)
        server = _identity(database_url)
        bus = Bus(secrets.token_hex(INSTANCE_BYTES))
        app = build(
            open_database(database_url, settings.replica_url),
            server,
            SystemClock(),
            log,
            time.perf_counter,
            settings=settings,
            bus=bus,
            has_jobs=True,
        )
        host, port = listener.getsockname()[:2]
        _settle_memory()
        log.info("Listening", host=host, port=port)
        _run(app, listener, settings, bus)
        log.info("Stopped")


def _identity(database_url: str) -> ServerIdentity:
    database = Blocking.open(database_url)
    try:
        return database.read(identity.server_identity)
    finally:
        database.close()


def _settle_memory() -> None:
    """What was made to last is not looked through for garbage any more, while all requests wait."""
    gc.freeze()


def build(
    database: Database,
    server: ServerIdentity,
    clock: Clock,
    log: FilteringBoundLogger,
    ticks: Callable[[], float],
    *,
    settings: Settings | None = None,
    bus: Bus | None = None,
    queues: Queues | None = None,
    has_jobs: bool = False,
) -> Envelope:
    """The whole application over a database that has this version's tables; at its end it closes that.

    `bus`: to be closed before the application is, so that nobody listens any more. `queues`: where requests wait.
    """
    settings, bus = settings or Settings(), bus or Bus(secrets.token_hex(INSTANCE_BYTES))
    server = replace(server, chosen=settings.secret_key)
    together = None
    if settings.redis_url is not None:
        together = _join(settings.redis_url, server, bus, ticks, log)
    heard = Heard(database, bus.publish if together is None else together.hear)
    office = Office(
        database=heard,
        clock=clock,
        server=server,
        version=version(PRODUCT),
        door=Door(heard, clock, gate=None if together is None else together.gate),
        log=log,
    )
    rooms = _rooms(settings, server, bus, together, ticks, queues or Queues.open(loop_time))

    async def do_jobs() -> None:
        start = await asyncio.to_thread(import_module, "server.jobs.start")
        jobs = start.jobs(heard, clock, server, settings, ticks, log, rooms.metrics.found)
        rooms.metrics.on_duty.set_function(lambda: jobs.shift.is_on_duty)
        await jobs.run()

    background = [
        *([heard.warm, do_jobs] if has_jobs else []),
        *([together.run] if together is not None else []),
    ]
    return create_app(office, rooms, ticks, lambda: running(background, log))


def _rooms(
    settings: Settings,
    server: ServerIdentity,
    bus: Bus,
    together: Together | None,
    ticks: Callable[[], float],
    queues: Queues,
) -> Rooms:
    metrics = Metrics(ticks, random.random, settings.metrics_token)
    metrics.streams.set_function(lambda: bus.ears)
    metrics.watch(queues)
    return Rooms(
        streams=Streams(bus),
        metrics=metrics,
        queues=queues,
        cache=NoCache() if together is None else together.cache,
        outside=Outside(server.key(settings.secret_key), settings.webhook_networks),
    )


def _join(
    url: str, server: ServerIdentity, bus: Bus, ticks: Callable[[], float], log: FilteringBoundLogger
) -> Together:
    """BadSetting."""
    try:
        together = import_module("server.live.together")
    except ModuleNotFoundError as failure:
        raise BadSetting("HOURKEEP_REDIS_URL: install Redis' client first: hourkeep[redis].") from failure
    joined: Together = together.join(url, server.server_id, bus, ticks, log)
    return joined


def description() -> bytes:
    """The API's OpenAPI document, as it is served and committed."""
    return document(version(PRODUCT))


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            if sys.platform != "win32":  # there it would let two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as failure:  # UnicodeError: a host name that no resolver takes
        words = getattr(failure, "strerror", None) or failure
        raise CannotListen(f"Cannot listen at {host} port {port}: {words}.") from failure
    return listener


def _run(app: Envelope, listener: socket.socket, settings: Settings, bus: Bus) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=FINISH_WITHIN_S,
        timeout_keep_alive=KEPT_OPEN_S,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    server = Server(config, bus)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn raises the signal again when it has finished: with these handlers the process then ends with 0.
    for each in STOP_SIGNALS:
        signal.signal(each, stop)
    server.run(sockets=[listener])
