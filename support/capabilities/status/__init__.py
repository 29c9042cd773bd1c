"""Status tracking: statuses of processing work, their history and events, and finding them."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.declaration import Capability, Sweepable
from support.capabilities.resources import ResourceAttributes
from support.capabilities.status.checks import TRAILS
from support.capabilities.status.client import StatusClient
from support.capabilities.status.generation import REQUESTS
from support.capabilities.status.resources import STATUS_TYPE
from support.capabilities.status.states import STATES
from support.capabilities.status.stores import StatusStores
from support.faults.durability import DurableRecord
from support.gherkin.parameter_types import one_of


class StatusAttributes(ResourceAttributes):
    """What `world` offers for status tracking."""

    @cached_property
    def status(self) -> StatusClient:
        """Requests that only status tracking has."""
        return StatusClient(self.resources, self.access)

    @cached_property
    def status_stores(self) -> StatusStores:
        """The tables of status tracking."""
        return StatusStores(self.database)


STATUS = Capability(
    name="status",
    epic="Status_tracking",
    behaviours="STA",
    parameter_types={
        "StatusState": one_of((f'"{state}"' for state in STATES), "a state of a status", lambda text: text[1:-1]),
        "Trail": one_of(TRAILS, "what a status leaves behind with each change"),
        "GeneratedRequests": one_of(REQUESTS, "requests that are generated from a seed", REQUESTS.__getitem__),
    },
    resources=(STATUS_TYPE,),
    remembered={
        "receipt": "When the worker is killed while it applies 250 updates in bulk",
        "feeds": 'When Vera reads the events while 10 callers report progress of the status "Import"',
    },
    # The platform notes the time of its latest check for silence every second.
    volatile=("status_silence_checks",),
    # No operation deletes these: receipts and their items outlive statuses, keys expire after 24 hours.
    retained=("status_receipts", "status_updates", "idempotency_keys"),
    sweepable=(Sweepable("status", "/api/status", "statuses", "/api/status", "Dana", ("external_id",), "status_id"),),
    durable=(DurableRecord("/api/status", "/api/status", "processing_status", "status_id", {"new_status": "status"}),),
)
