"""The platform as who operates it sees it: health, queue, metrics, the administrator's page, the API's own document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from support.capabilities.access.client import AccessClient
from support.checks.comparison import require, require_equal
from support.checks.openapi import ApiDocument
from support.drivers.browser import Browser
from support.drivers.http import HttpDriver, NoResponse, Response
from support.gherkin.personas import Account, Persona
from support.polling import eventually
from support.scenario.cleanup import Cleanup

SERVICES = ("database", "cache", "queue", "storage", "cablecast")
CODES = {"healthy": 200, "degraded": 200, "unhealthy": 503}
RECOVERY_TIMEOUT = 10.0  # seconds, for a platform that is no scenario's business at the moment

VIEWS: Mapping[str, str] = {
    "admin queue": "/api/admin/queue",
    "admin status": "/api/admin/status",
    "admin page": "/admin",
}
"""What only administrators may look at."""

_SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Health:
    """One answer of the health page. `status` is "silent" when there was none."""

    code: int | None
    status: str
    services: Mapping[str, str]

    def __str__(self) -> str:
        troubled = [f"{name} {state}" for name, state in self.services.items() if state != "healthy"]
        return self.status + (f" ({', '.join(troubled)})" if troubled else "")


@dataclass(frozen=True)
class Metrics:
    """What Prometheus would read at one moment: the value of every series, by name and labels."""

    series: Mapping[tuple[str, frozenset[tuple[str, str]]], float]

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of all series of this name that carry these labels."""
        expected = set(labels.items())
        return sum(value for (known, carried), value in self.series.items() if known == name and expected <= carried)


class OperationsClient:
    """Health and metrics, as anybody may ask for them, and what administrators may."""

    def __init__(self, http: HttpDriver, access: AccessClient) -> None:
        self._http = http
        self._access = access

    def health(self) -> Health:
        """Ask once. No answer is an observation here, not an error: the poller waits it out."""
        try:
            answer = self._http.get("/api/health")
        except NoResponse:
            return Health(None, "silent", {})
        content = answer.json
        return Health(answer.status, content["status"], content["services"])

    def prove_healthy(self) -> None:
        """Return once the platform is healthy; fails with what it said instead."""
        self.await_status("healthy", within=RECOVERY_TIMEOUT)

    def await_status(self, status: str, *, within: float) -> None:
        """Return once the platform says that it has this status; an answer that does not come counts as time.

        Fails where the code of the answer is not that of the status.
        """
        timeline = eventually(
            "the platform's health", self.health, lambda health: health.status == status, expected=status, within=within
        )
        require(timeline.elapsed <= within, f"{timeline}: that took {timeline.elapsed:.1f} s (wanted {within:g} s)")
        require_equal(f'the code of the answer "{status}"', timeline.values[-1].code, CODES[status])

    def await_service(self, service: str, status: str, *, within: float) -> None:
        """Return once the platform says that one of its services has this status."""
        eventually(
            f"the health of {service}",
            lambda: str(self.health().services.get(service)),
            lambda seen: seen == status,
            expected=status,
            within=within,
        )

    def view(self, view: str, *, by: Persona) -> Response:
        """Ask for one of `VIEWS` without asserting the result."""
        return self._http.get(VIEWS[view], actor=by.name, token=self._access.token(by))

    def metrics(self) -> Metrics:
        """Read the metrics."""
        text = self._http.get("/metrics").expect(200).text
        return Metrics(
            {
                (found["name"], frozenset(_LABEL.findall(found["labels"] or ""))): float(found["value"])
                for found in _SAMPLE.finditer(text)
            }
        )

    def notifications(self, *, by: Persona) -> list[Mapping[str, Any]]:
        """Return the newest notifications that a persona has not read yet."""
        answer = self._http.get(
            "/api/notifications", actor=by.name, token=self._access.token(by), params={"unread": "true", "limit": 100}
        )
        message: list[Mapping[str, Any]] = answer.expect(200).document["notifications"]
        return message

    def document(self) -> ApiDocument:
        """Read the document in which the platform describes its API."""
        return ApiDocument(self._http.get("/openapi.json").expect(200).document)

    def ask_for(self, operation: str, *, by: Persona) -> Response:
        """Send the bare request of an operation such as "GET /api/vod/{vod_id}" without asserting the result."""
        method, _, path = operation.partition(" ")
        # An id that nothing has; a path without it is left as it is.
        path = re.sub(r"\{\w+\}", "00000000-0000-4000-8000-000000000000", path)
        return self._http.send(method, path, actor=by.name, token=self._access.token(by))


class AdminPage:
    """The administrator's page, used in a browser."""

    def __init__(self, browser: Browser, accounts: Callable[[Persona], Account], cleanup: Cleanup) -> None:
        self._browser = browser
        self._accounts = accounts
        self._cleanup = cleanup

    def open(self, *, by: Persona) -> None:
        """Sign in with the page's own form."""
        require_equal("how the page answers who is not signed in", self._browser.open("/admin"), 401)
        account = self._accounts(by)
        self._browser.submit_form({"User name": account.username, "Password": account.password}, "Sign in")
        if "/admin" in {cookie["path"] for cookie in self._browser.page.context.cookies()}:
            self._cleanup.add("sign out of the page", self._sign_out)

    def _sign_out(self) -> None:
        self._browser.page.get_by_role("button", name="Sign out").click()
        self._browser.page.get_by_role("button", name="Sign in").wait_for()

    @property
    def refusal(self) -> str:
        """What the page says to whom it is closed."""
        return self._browser.text("[role=alert]")

    def status(self) -> str:
        """What the page says of the platform."""
        return self._browser.text("#status")

    def checked(self) -> str:
        """When the page was made."""
        return self._browser.text("#checked")

    def table(self, name: str) -> list[list[str]]:
        """Return the rows of one of the page's tables: services, queue, workers, failures."""
        return self._browser.table(f"#{name}")

    def await_row(self, table: str, name: str, value: str, *, within: float) -> None:
        """Read a table, without touching the page, until a row that begins with the name holds the value."""
        eventually(
            f"the page's table of {table}",
            lambda: self.table(table),
            lambda rows: any(row[0] == name and value in row[1:] for row in rows),
            expected=f"a row of {name} with {value}",
            within=within,
        )

    def signs_of_life(self) -> list[float]:
        """How many seconds ago each worker of the table gave its last sign of life."""
        return [float(sign.removesuffix(" s ago")) for _, sign, *_ in self.table("workers")]

    def keep(self) -> None:
        """Keep a picture of the page as evidence."""
        self._browser.take_screenshot()

    def complaints(self) -> list[str]:
        """What the browser found wrong with the page: errors, and whatever its own policy forbade."""
        return self._browser.console_errors
