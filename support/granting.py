"""What becomes of a step where the target does not grant what it needs."""

from __future__ import annotations


class NotGranted(AssertionError):
    """A step needs what is not granted: a Given or When skips its scenario, a Then leaves its check out.

    `capability` names it, as the report does.
    """

    def __init__(self, capability: str, reason: str) -> None:
        super().__init__(reason)
        self.capability = capability
