"""Research sessions and what surrounds them: users, documents, portfolios, notifications, events."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.declaration import Capability, Sweepable
from support.capabilities.research.client import STAGES, ResearchClient
from support.capabilities.research.prices import PRICE_FAULTS, PricesClient
from support.capabilities.research.resources import RESOURCE_TYPES, SESSION
from support.capabilities.research.stores import ResearchStores
from support.capabilities.resources import ResourceAttributes
from support.faults.durability import DurableRecord
from support.gherkin.parameter_types import one_of


class ResearchAttributes(ResourceAttributes):
    """What `world` offers for research."""

    @cached_property
    def research(self) -> ResearchClient:
        """The workflow of research sessions."""
        return ResearchClient(self.resources, self.access, self.evidence)

    @cached_property
    def research_stores(self) -> ResearchStores:
        """History of sessions and the audit log of erasures."""
        return ResearchStores(self.database)

    @cached_property
    def prices(self) -> PricesClient:
        """The stub of the price service."""
        created = self.resources.created_ids.setdefault(SESSION.name, set())
        return PricesClient(self.reach.stub(self.run.prices), self.cleanup, created)


RESEARCH = Capability(
    name="research",
    epic="Research",
    behaviours="RES",
    parameter_types={
        "ResearchStage": one_of(STAGES, "a stage of the research workflow"),
        "PriceFault": one_of(PRICE_FAULTS, "a fault of the price service"),
        "Validity": one_of(("valid", "invalid"), "whether a text is valid"),
    },
    resources=RESOURCE_TYPES,
    remembered={"current portfolio": 'Given Ravi has the portfolio "Growth"'},
    sweepable=(
        Sweepable(
            "research session", "/api/research/sessions", "sessions", "/api/research/sessions", "Ravi", ("notes",)
        ),
        Sweepable("document", "/api/documents", "documents", "/api/documents", "Ravi", ("source_id",)),
        Sweepable("portfolio", "/api/portfolios", "portfolios", "/api/portfolios", "Ravi", ("name",)),
        Sweepable("event", "/api/events", "events", "/api/events", "Ravi", ("type",)),
        Sweepable("notification", "/api/notifications", "notifications", "/api/notifications", "Ravi", ("title",)),
    ),
    durable=(DurableRecord("/api/research/sessions", "/api/research/sessions", "research_sessions"),),
)
