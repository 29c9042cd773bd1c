"""Tables of portfolios and positions. Money and shares are NUMERIC and Decimal, never float."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from support.reference.database import Base


class PortfolioRow(Base):
    """One portfolio of one user."""

    __tablename__ = "portfolios"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    positions: Mapped[list[PositionRow]] = relationship(
        order_by=lambda: (PositionRow.created_at, PositionRow.id), lazy="selectin", passive_deletes=True
    )


class PositionRow(Base):
    """Shares of one stock at one entry price; ``current_price`` is null until it is set."""

    __tablename__ = "positions"
    __table_args__ = (
        CheckConstraint("shares > 0", name="shares"),
        CheckConstraint("entry_price > 0", name="entry_price"),
        CheckConstraint("current_price > 0", name="current_price"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    portfolio_id: Mapped[UUID] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"), index=True)
    ticker: Mapped[str] = mapped_column(String(8))
    shares: Mapped[Decimal] = mapped_column(Numeric(15, 6))
    entry_price: Mapped[Decimal] = mapped_column(Numeric(15, 4))
    current_price: Mapped[Decimal | None] = mapped_column(Numeric(15, 4))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
