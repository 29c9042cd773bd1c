"""What breaks a part of the platform, and mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from support.parts import Failure, Part


@dataclass(frozen=True)
class Fault:
    """How to break a part in one way, and how to mend it; mending what is not broken does nothing."""

    begin: Callable[[], object]
    mend: Callable[[], object]


class Breaker(Protocol):
    """What can break and mend parts of one target."""

    def find(self, part: Part, kind: Failure) -> Fault | None:
        """Return the fault; None where this target cannot do that."""
