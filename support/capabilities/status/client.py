"""Requests that only status tracking has: moves between states, reports, the event feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from support.capabilities.access.client import AccessClient
from support.capabilities.status.states import ERROR, fields_for, way_to
from support.drivers.http import HttpDriver, Response
from support.gherkin.personas import Persona
from support.scenario.resources import Resource, ResourceClient

EVENTS = "/api/status/events"


class StatusClient:
    """Statuses of one scenario."""

    def __init__(self, resources: ResourceClient, access: AccessClient) -> None:
        self._resources = resources
        self._access = access

    def move(self, status: Resource, state: str, *, by: Persona) -> Response:
        """Request an update to a state, with the fields that this state requires, without asserting the result."""
        return self._resources.change(status, fields_for(state), by=by)

    def bring(self, status: Resource, state: str, *, by: Persona) -> Resource:
        """Bring a queued status to a state; returns it with its present content."""
        for each in way_to(state):
            self.move(status, each, by=by).expect(200)
        if state == "retry_pending":
            error = {"error_info": ERROR}
            self._resources.send("POST", f"{status.path}/error", by=by, json=error).expect(200)
        return status.now(self._resources.read(status).expect(200).document)

    def report(self, status: Resource, percentage: float, *, by: Persona) -> Callable[[HttpDriver], Response]:
        """Return a progress report, to be sent later over another connection."""
        token, path = self._access.token(by), f"{status.path}/progress"
        body = {"progress_percentage": percentage, "current_step": f"step {percentage:g}"}
        return lambda http: http.send("PATCH", path, actor=by.name, token=token, json=body)

    def events(self, http: HttpDriver, params: Mapping[str, str | int], *, by: Persona) -> Response:
        """Return the response with a page of the event feed, read over a connection."""
        return http.get(EVENTS, actor=by.name, token=self._access.token(by), params=params).expect(200)

    def update_all(self, items: Sequence[Mapping[str, Any]], *, by: Persona) -> str:
        """Submit updates in bulk and return the id of their receipt."""
        answer = self._resources.send("POST", "/api/status/updates", by=by, json={"updates": list(items)})
        return str(answer.expect(202).document["receipt_id"])

    def matching(self, request: Mapping[str, Any], *, by: Persona) -> Response:
        """Request the statuses that match filters, without asserting the result."""
        return self._resources.send("POST", "/api/status/filter", by=by, json=dict(request))
