"""``/metrics``: counters and durations of requests since the start of the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.orm import Session
from starlette.types import Scope

from support.reference.database import Database
from support.reference.errors import DatabaseUnavailable, error_responses
from support.reference.jobs import statistics as jobs
from support.reference.status.figures import read_stale_gauge, read_statuses_gauge, read_waiting_gauge
from support.reference.webhooks.service import read_deliveries_gauge

# Any client could otherwise create series without limit.
_UNKNOWN = "unknown"

router = APIRouter()


class Metrics:
    """The counters of one API process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests by route and status.", ("method", "path", "status"), registry=self._registry
        )
        self._errors = Counter(
            "http_errors", "Responses with a status of 400 or above.", ("status",), registry=self._registry
        )
        self._seconds = Histogram(
            "http_request_seconds", "Duration of requests.", ("method", "path"), registry=self._registry
        )

    def count(self, scope: Scope, status: int | None, seconds: float) -> None:
        """Count a request of ``seconds``; ``status`` is None without a response."""
        route = scope.get("route")
        path = getattr(route, "path_format", _UNKNOWN)
        method = scope["method"] if scope["method"] in (getattr(route, "methods", None) or ()) else _UNKNOWN
        label = str(status or "none")
        self._requests.labels(method, path, label).inc()
        self._seconds.labels(method, path).observe(seconds)
        if status is None or status >= 400:
            self._errors.labels(label).inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)


DATABASE_GAUGES: Sequence[Callable[[Session], GaugeMetricFamily]] = (
    read_statuses_gauge,
    read_stale_gauge,
    read_waiting_gauge,
    jobs.read_jobs_gauge,
    jobs.read_runs_gauge,
    jobs.read_takeovers_gauge,
    jobs.read_waiting_gauge,
    read_deliveries_gauge,
)
"""Gauges that are read from the database at each scrape, and are absent while it is away."""


class _Collected:
    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what was read."""
        yield from self._families


def gauges(database: Database) -> bytes:
    """Read the gauges, in Prometheus' text format."""
    try:
        with database.begin() as session:
            families = [read(session) for read in DATABASE_GAUGES]
    except DatabaseUnavailable:
        return b""
    registry = CollectorRegistry()
    registry.register(_Collected(families))
    return generate_latest(registry)


_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' text format."}


@router.get("/metrics", response_class=Response, responses={200: _TEXT, **error_responses(500)})
def metrics(request: Request) -> Response:
    """Return the metrics of this process, and gauges from the database. Public."""
    counters: Metrics = request.app.state.metrics
    return Response(counters.text() + gauges(request.app.state.services.database), media_type=CONTENT_TYPE_LATEST)
