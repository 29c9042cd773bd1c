"""What a target provides, and the error of a step that needs what is missing."""

from __future__ import annotations

from enum import StrEnum


class MissingCapability(AssertionError):
    """A step needs what is not granted: a Given or When skips its scenario, a Then leaves its check out.

    `capability` names it, as the report does.
    """

    def __init__(self, capability: str, reason: str) -> None:
        super().__init__(reason)
        self.capability = capability


class Capability(StrEnum):
    """What a target lets the tests do or look at. A scenario asks for one with the tag `@needs.NAME`."""

    DATABASE = "database"
    REDIS = "redis"
    STORAGE = "storage"
    WRITES = "writes"
    FAULTS = "faults"
    PARTNERS = "partners"
    BROWSER = "browser"
    SIGNING_KEY = "signing_key"
