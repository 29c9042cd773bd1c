"""The platform's own view of its health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from support.drivers.http import HttpDriver, NoAnswer

SERVICES = ("database", "cache", "queue", "storage", "cablecast")


@dataclass(frozen=True)
class Health:
    """One answer of the health page. `status` is "silent" when there was none."""

    code: int | None
    status: str
    services: Mapping[str, str]

    def __str__(self) -> str:
        troubled = [f"{name} {state}" for name, state in self.services.items() if state != "healthy"]
        return self.status + (f" ({', '.join(troubled)})" if troubled else "")


class OperationsClient:
    """Health, as anybody may ask for it."""

    def __init__(self, http: HttpDriver) -> None:
        self._http = http

    def health(self) -> Health:
        """Ask once. No answer is an observation here, not an error: the poller waits it out."""
        try:
            answer = self._http.get("/api/health")
        except NoAnswer:
            return Health(None, "silent", {})
        content = answer.json
        return Health(answer.status, content["status"], content["services"])
