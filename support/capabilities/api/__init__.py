"""The HTTP and WebSocket interface in technical terms: any request, any message, any partner call."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.access import AccessAttributes
from support.capabilities.api.client import ApiClient
from support.capabilities.api.malformed import MalformedRequests
from support.capabilities.api.partners import PARTNERS, PartnerClient
from support.capabilities.api.websocket import SocketClient
from support.capabilities.declaration import Capability
from support.checks.envelope import REJECTIONS
from support.gherkin.parameter_types import one_of
from support.load.concurrent import ConcurrentClients


class ApiAttributes(AccessAttributes):
    """What `world` offers for technical steps."""

    @cached_property
    def concurrent(self) -> ConcurrentClients:
        """Clients that send requests at the same time."""
        return ConcurrentClients(self.reach.open_http, self.run.masker, self.evidence)

    @cached_property
    def api(self) -> ApiClient:
        """Any operation of the API."""
        return ApiClient(self.http, self.access, self.cleanup, self.concurrent)

    @cached_property
    def malformed(self) -> MalformedRequests:
        """Malformed requests of every type."""
        return MalformedRequests(self.http, self.access)

    @cached_property
    def sockets(self) -> SocketClient:
        """WebSocket connections, one for each caller."""
        return SocketClient(self.reach.open_websocket, self.access, self.cleanup)

    def partner(self, name: str) -> PartnerClient:
        """Return the client of a partner's stub, by the name that features use."""
        return PartnerClient(self.reach.stub(getattr(self.run, PARTNERS[name])), self.cleanup, self.started)


INTERFACE = Capability(
    name="interface",
    epic="API",
    behaviours="API",
    parameter_types={
        "Partner": one_of(PARTNERS, "an outside service that a stub server simulates"),
        "Rejection": one_of(REJECTIONS, "the reason of a rejection"),
    },
    remembered={
        "response": "When Dana sends GET /api/vod/list",
        "responses": "When Dana sends GET /api/vod/list 20 times from 5 concurrent clients",
    },
)
