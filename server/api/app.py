"""Which routes does the server have, and what holds for all of them?"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, Router, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from server.api import (
    accounts,
    attention,
    audit,
    budgets,
    catalog,
    costs,
    devices,
    exchange,
    health,
    logs,
    metrics,
    people,
    periods,
    planning,
    problems,
    rates,
    settings,
    statistics,
    stream,
    sync,
    timers,
    webhooks,
)
from server.api.asked import is_clear
from server.api.document import describe
from server.api.envelope import Envelope
from server.api.events import PREFIX
from server.api.glance import Glance
from server.api.methods import told
from server.api.metrics import Metrics
from server.api.office import Ask, Office, carries_token, office_of
from server.api.queues import Queues
from server.api.shedding import Shedding
from server.api.stream import Streams
from server.api.webhooks import Outside
from server.api.wire import BODY_LIMIT, Answer
from server.db.session import ConstraintBroken, StorageFailed
from server.domain.errors import Refusal
from server.live.cache import Cache

Background = AbstractAsyncContextManager[None]

HEALTH: Final = [health.healthz, health.readyz]
ROUTES: Final = [
    accounts.sign_in,
    accounts.sign_out,
    accounts.open_session,
    accounts.session,
    accounts.close_session,
    accounts.me,
    accounts.change_password,
    devices.devices,
    devices.revoke_device,
    devices.revoke_others,
    people.users,
    people.user,
    people.add_user,
    people.change_user,
    catalog.projects,
    catalog.project,
    planning.add_project,
    planning.change_project,
    planning.members,
    planning.put_member,
    planning.remove_member,
    catalog.issues,
    catalog.issue,
    planning.add_issue,
    planning.change_issue,
    planning.delete_issue,
    audit.trail,
    timers.start,
    timers.pause,
    timers.resume,
    timers.stop,
    timers.status,
    logs.time_logs,
    logs.time_log,
    logs.issue_logs,
    logs.add_log,
    logs.change_log,
    logs.delete_log,
    logs.split_log,
    periods.periods,
    periods.close_period,
    periods.reopen_period,
    periods.requests,
    periods.ask_for_change,
    periods.approve_request,
    periods.reject_request,
    attention.items,
    attention.item,
    attention.refused_action,
    attention.resolve,
    statistics.project_statistics,
    statistics.report,
    costs.log_cost,
    rates.rate,
    rates.set_rate,
    rates.rates,
    rates.set_level_rate,
    rates.preview,
    rates.delete_rate,
    exchange.exchange_rates,
    exchange.set_exchange_rate,
    exchange.delete_exchange_rate,
    settings.organisation_settings,
    settings.change_settings,
    budgets.project_budget,
    budgets.set_project_budget,
    budgets.lock_project_budget,
    budgets.unlock_project_budget,
    budgets.project_alerts,
    budgets.my_alerts,
    budgets.acknowledge_alert,
    sync.sync,
    stream.events,
    webhooks.webhook_page,
    webhooks.add_webhook,
    webhooks.end_webhook,
    webhooks.webhook_deliveries,
    webhooks.retry_delivery,
]


def routers() -> list[Router]:
    return [
        Router("/", route_handlers=[*told(HEALTH), *HEALTH], return_dto=None),
        Router(PREFIX, route_handlers=[*told(ROUTES), *ROUTES], return_dto=None, before_request=look_first),
    ]


async def look_first(request: Ask) -> None:
    """Before anything of the request's body is read. NotSignedIn, ForeignPage, Invalid."""
    await carries_token(request)
    is_clear(request)


@cache
def document(version: str) -> bytes:
    """The API's description as it is committed and served."""
    return msgspec.json.format(msgspec.json.encode(describe(routers(), version)), indent=2) + b"\n"


@dataclass(frozen=True, slots=True)
class Rooms:
    """What some routes work with beside the office."""

    streams: Streams
    metrics: Metrics
    outside: Outside
    cache: Cache
    queues: Queues


def create_app(
    office: Office, rooms: Rooms, ticks: Callable[[], float], background: Callable[[], Background]
) -> Envelope:
    """`ticks`: seconds of a clock that never goes back, to measure how long a request takes.

    `background`: what runs as long as the application does.
    """
    app = Litestar(
        [*routers(), schema, metrics.metrics],
        exception_handlers={
            Refusal: problems.on_refusal,
            StorageFailed: problems.on_storage_failed,
            ConstraintBroken: problems.on_constraint_broken,
            HTTPException: problems.on_http_exception,
            Exception: problems.on_failure,
        },
        state=State(
            {
                "office": office,
                "streams": rooms.streams,
                "metrics": rooms.metrics,
                "outside": rooms.outside,
                "cache": rooms.cache,
                "queues": rooms.queues,
            }
        ),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_LIMIT,
        lifespan=[lambda _: background()],
        on_shutdown=[office.door.close, office.database.close],
    )
    shedding = Shedding(Glance(app, office), rooms.queues, rooms.metrics.refused)
    return Envelope(shedding, office.log, ticks, rooms.metrics.observe)


@get("/schema/openapi.json", include_in_schema=False, media_type="application/vnd.oai.openapi+json")
async def schema(request: Ask) -> Answer[Any]:
    return Answer.of_bytes(document(office_of(request).version))
