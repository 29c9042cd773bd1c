"""Export and erasure of a user's data."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.declaration import Capability
from support.capabilities.privacy.occurrences import OccurrenceStores
from support.scenario.base_world import BaseWorld


class PrivacyAttributes(BaseWorld):
    """What `world` offers for privacy."""

    @cached_property
    def occurrences(self) -> OccurrenceStores:
        """Every store, searched for texts that must not be there."""
        return OccurrenceStores(self.database, self.redis, self.storage)


PRIVACY = Capability(
    name="privacy",
    epic="Research",
    behaviours="RES",
    # Nothing deletes the audit log of an erasure.
    retained=("privacy_audit",),
)
