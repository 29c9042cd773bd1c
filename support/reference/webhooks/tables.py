"""Webhooks and their deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from support.reference.database import Base
from support.reference.status.states import EventType

STATUS_EVENTS = tuple(each.value for each in EventType)
RELEASE_EVENTS = (
    "release.submitted",
    "release.ready",
    "release.failed",
    "release.delivered",
    "release.live",
    "release.takedown",
)
DELIVERY_EVENTS = ("delivery.delivered", "delivery.live", "delivery.failed", "delivery.rejected")

DeliveryState = Literal["waiting", "delivered", "failed", "suppressed"]
STATES: tuple[DeliveryState, ...] = ("waiting", "delivered", "failed", "suppressed")

TRIES = 5
"""The tries of a delivery, and the further ones after each `retry` by the owner."""
OWNER_ROLES = ("editor", "manager", "administrator")
"""The roles whose webhooks receive events."""


class WebhookRow(Base):
    """One webhook of one user; ``secret`` is a Fernet token, ``filter`` the fields of a status that must match."""

    __tablename__ = "webhooks"
    __table_args__ = (
        Index("ix_webhooks_owner_id_created_at", "owner_id", "created_at"),
        CheckConstraint("max_per_hour BETWEEN 1 AND 10000", name="max_per_hour"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(JSONB)
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    max_per_hour: Mapped[int]
    active: Mapped[bool]
    secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WebhookDeliveryRow(Base):
    """One event for one webhook; ``body`` is sent as it is in every try.

    ``tries_left`` is how many further tries there may be. ``next_try_at`` is set while the delivery is waiting.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_webhook_id_created_at", "webhook_id", "created_at"),
        Index(
            "ix_webhook_deliveries_waiting",
            "webhook_id",
            "subject",
            "seq",
            postgresql_where="state = 'waiting'",
        ),
        Index("ix_webhook_deliveries_state", "state"),
        CheckConstraint("state IN ('waiting', 'delivered', 'failed', 'suppressed')", name="state"),
        CheckConstraint("(state = 'waiting') = (next_try_at IS NOT NULL)", name="next_try_at"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    seq: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[DeliveryState] = mapped_column(String(16))
    tries: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tries_left: Mapped[int]
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
