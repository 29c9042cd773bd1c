"""Health, metrics, administration."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.access import AccessAttributes
from support.capabilities.declaration import Capability
from support.capabilities.operations.client import SERVICES, VIEWS, AdminPage, OperationsClient
from support.gherkin.parameter_types import one_of


class OperationsAttributes(AccessAttributes):
    """What `world` offers for operations."""

    @cached_property
    def operations(self) -> OperationsClient:
        """Health, metrics and the endpoints of administrators."""
        return OperationsClient(self.http, self.access)

    @cached_property
    def page(self) -> AdminPage:
        """The admin page in a browser."""
        browser = self.reach.open_browser()
        self.cleanup.add("close the browser", browser.close)
        return AdminPage(browser, self.people.account, self.cleanup)


OPERATIONS = Capability(
    name="operations",
    epic="Operations",
    behaviours="OPS",
    parameter_types={
        "Service": one_of(SERVICES, "a service in the platform's health"),
        "View": one_of(VIEWS, "what only administrators may open"),
    },
    remembered={
        "document": "When Mallory reads the OpenAPI document",
        "compared responses": "When Mallory reads the OpenAPI document",
        "metrics": "Given the metrics have been scraped",
    },
)
