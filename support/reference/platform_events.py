"""Events of the platform, and the listeners that pass them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class PlatformEvent:
    """One event of a resource, as the event feed and webhooks report it.

    ``type`` is ``status.created``, ``subject`` is ``status:<id>``. ``seq`` rises with each event of a subject. ``data``
    holds JSON values. ``tags`` are only for filters and are not sent.
    """

    type: str
    subject: str
    seq: int
    at: datetime
    data: dict[str, Any]
    tags: tuple[str, ...] = ()


EventListener = Callable[[Session, PlatformEvent], None]

EVENT_LISTENERS: list[EventListener] = []
"""Called for each event in the transaction of its change. Each process that changes resources fills it at its start."""


def publish(session: Session, event: PlatformEvent) -> None:
    """Pass an event to every listener. An error of a listener rolls the change back."""
    for listener in EVENT_LISTENERS:
        listener(session, event)
