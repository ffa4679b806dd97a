"""What does Prometheus see?

Each instance reports its own requests and streams, and all of them the same figures of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hmac import compare_digest
from ipaddress import ip_address
from typing import Final

from litestar import Response, get
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from server.api.events import PREFIX
from server.api.office import Ask, Office, office_of
from server.api.queues import Kind, Queues
from server.domain.errors import Forbidden
from server.services.company.gauges import Gauges, gauges_at

KEPT_S: Final = 10.0  # what was read from the database
SCHEME: Final = "bearer"
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)  # the seed's target is 0.2
NO_ROUTE: Final = "none"
NOT_TIMED: Final = (f"{PREFIX}/events",)


class Metrics:
    """`ticks`: seconds of a clock that never goes back. `chance`: from 0 to 1, anew at each call."""

    def __init__(
        self, ticks: Callable[[], float], chance: Callable[[], float], token: str | None = None
    ) -> None:
        self._ticks = ticks
        self._chance = chance
        self._token = token
        self._read_at: float | None = None
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "hourkeep_http_request_duration_seconds",
            "API response time",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._refused = Counter(
            "hourkeep_requests_refused",
            "Requests that were told to come back because too much was asked at once",
            ["kind"],
            registry=self._registry,
        )
        self._waiting = self._gauge("requests_waiting", "Requests that wait for their turn", "queue")
        self._most_waiting = self._gauge(
            "requests_waiting_most", "The most that ever waited for their turn at once", "queue"
        )
        self.streams = self._gauge("event_streams", "Open streams of events")
        self.on_duty = self._gauge("jobs_on_duty", "1 on the instance that does the jobs")
        self.differences = self._gauge(
            "recount_differences", "What the last nightly recount found, on the instance that did it", "of"
        )
        self._timers = self._gauge("active_timers", "Timers, by status", "status")
        self._tracked = self._gauge(
            "tracked_seconds", "Seconds in logs that started in the present day, week or month", "period"
        )
        self._alerts = self._gauge("budget_alerts", "Budget alerts ever triggered, by type", "type")
        self._deliveries = self._gauge("deliveries", "E-mails and webhook calls, by state", "state")
        self._sampled = self._gauge(
            "cost_sampled_logs", "Logs whose cost was calculated by hand at this scrape"
        )
        self._wrong = self._gauge("cost_wrong_logs", "Those of them that have another cost")
        self._awaited = self._gauge(
            "devices_awaited", "Devices for which e-mails and webhooks wait since a backup was restored"
        )
        ProcessCollector(registry=self._registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """A stream's time says nothing. What no route takes is counted together: anybody can make up names."""
        if route in NOT_TIMED:
            return
        label = (method, route) if route else (NO_ROUTE, NO_ROUTE)
        self.requests.labels(*label, status).observe(seconds)

    def refused(self, kind: Kind) -> None:
        self._refused.labels(kind).inc()

    def watch(self, queues: Queues) -> None:
        """Shows how long these are, and which kinds were refused, from the beginning."""
        for kind in Kind:
            self._refused.labels(kind)
        for name, lane in queues.by_name.items():
            self._waiting.labels(name).set_function(partial(getattr, lane, "waiting"))
            self._most_waiting.labels(name).set_function(partial(getattr, lane, "most_waiting"))

    def found(self, of: str, count: int) -> None:
        """What a recount found."""
        self.differences.labels(of).set(count)

    def admits(self, request: Ask) -> bool:
        """With a token: whoever has it. Without: this machine itself, and nobody through a proxy on it."""
        said = request.headers.get("authorization", "")
        if self._token is not None:
            scheme, _, token = said.partition(" ")
            return scheme.lower() == SCHEME and compare_digest(token.strip().encode(), self._token.encode())
        if any(name in request.headers for name in FORWARDED):
            return False
        return request.client is not None and _is_loopback(request.client.host)

    async def page(self, office: Office) -> bytes:
        if self._read_at is None or self._ticks() - self._read_at >= KEPT_S:
            now_ms, chance = office.clock.now_ms(), self._chance()
            self._show(await office.database.report(lambda conn: gauges_at(conn, now_ms, chance)))
            self._read_at = self._ticks()
        return generate_latest(self._registry)

    def _show(self, gauges: Gauges) -> None:
        _set(self._timers, {str(status): count for status, count in gauges.timers.items()})
        _set(self._alerts, {"warning": 0, "critical": 0, "exceeded": 0, **gauges.alerts})
        _set(self._deliveries, {"waiting": 0, "sent": 0, "dead": 0, **gauges.deliveries})
        _set(
            self._tracked,
            {
                "day": gauges.seconds_today,
                "week": gauges.seconds_this_week,
                "month": gauges.seconds_this_month,
            },
        )
        self._sampled.set(gauges.sampled)
        self._wrong.set(gauges.wrong)
        self._awaited.set(gauges.awaited)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"hourkeep_{name}", words, labels, registry=self._registry)


@get("/metrics", include_in_schema=False)
async def metrics(request: Ask) -> Response[bytes]:
    watched: Metrics = request.app.state.metrics
    if not watched.admits(request):
        raise Forbidden("Ask from this machine itself, or with the token of HOURKEEP_METRICS_TOKEN.")
    return Response(await watched.page(office_of(request)), media_type=CONTENT_TYPE_LATEST)


def _set(gauge: Gauge, values: Mapping[str, int]) -> None:
    for label, value in values.items():
        gauge.labels(label).set(value)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
