"""Portfolios, their positions and returns. A portfolio is visible only to its owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from support.reference import pages
from support.reference.access.service import User
from support.reference.database import utc_now
from support.reference.errors import NotFound
from support.reference.portfolios.tables import PortfolioRow, PositionRow
from support.reference.services import Services

_CENT = Decimal("0.01")
_MILLIONTH = Decimal("0.000001")
# Enough digits for any sum of products, so that nothing is rounded before the end.
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


class Returns(NamedTuple):
    """Money to the cent; the ratio is None if the cost is 0."""

    cost: Decimal
    value: Decimal
    total_return: Decimal
    total_return_pct: Decimal | None


def create(services: Services, user: User, *, name: str) -> PortfolioRow:
    """Create a portfolio without positions."""
    now = utc_now()
    portfolio = PortfolioRow(id=uuid4(), owner_id=user.id, name=name, positions=[], created_at=now, updated_at=now)
    with services.database.begin() as session:
        session.add(portfolio)
    return portfolio


def list_for(services: Services, user: User, *, limit: int, offset: int) -> tuple[list[PortfolioRow], int]:
    """Return one page of a user's portfolios, newest first, and the number of all."""
    own = select(PortfolioRow).where(PortfolioRow.owner_id == user.id)
    with services.database.begin() as session:
        return pages.newest(session, own, limit=limit, offset=offset)


def get(services: Services, user: User, portfolio_id: UUID) -> PortfolioRow:
    """Return one portfolio with its positions. Raises NotFound."""
    with services.database.begin() as session:
        return _owned(session, user, portfolio_id)


def remove(services: Services, user: User, portfolio_id: UUID) -> None:
    """Delete a portfolio with its positions. Raises NotFound."""
    with services.database.begin() as session:
        _owned(session, user, portfolio_id)
        session.execute(delete(PortfolioRow).where(PortfolioRow.id == portfolio_id))


def add_position(services: Services, user: User, portfolio_id: UUID, fields: Mapping[str, Any]) -> PositionRow:
    """Add a position. Raises NotFound."""
    now = utc_now()
    position = PositionRow(id=uuid4(), portfolio_id=portfolio_id, created_at=now, updated_at=now, **fields)
    with services.database.begin() as session:
        _owned(session, user, portfolio_id).updated_at = now
        session.add(position)
    return position


def change_position(
    services: Services, user: User, portfolio_id: UUID, position_id: UUID, changes: Mapping[str, Any]
) -> PositionRow:
    """Change fields of a position. Raises NotFound."""
    with services.database.begin() as session:
        portfolio, position = _position(session, user, portfolio_id, position_id)
        for field, value in changes.items():
            setattr(position, field, value)
        position.updated_at = portfolio.updated_at = utc_now()
        return position


def remove_position(services: Services, user: User, portfolio_id: UUID, position_id: UUID) -> None:
    """Delete a position. Raises NotFound."""
    with services.database.begin() as session:
        portfolio, position = _position(session, user, portfolio_id, position_id)
        session.delete(position)
        portfolio.updated_at = utc_now()


def returns(positions: Iterable[PositionRow]) -> Returns:
    """Return cost and value of positions; without a current price the entry price is used.

    Sums are exact and rounded once, to the cent, half to even; the returns follow from the rounded sums.
    """
    positions = list(positions)
    cost = _sum((each.shares, each.entry_price) for each in positions)
    value = _sum((each.shares, each.current_price or each.entry_price) for each in positions)
    gain = _EXACT.subtract(value, cost)
    ratio = _EXACT.divide(gain, cost).quantize(_MILLIONTH, context=_EXACT) if cost else None
    return Returns(cost, value, gain, ratio)


def _sum(products: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    total = Decimal(0)
    for shares, price in products:
        total = _EXACT.fma(shares, price, total)
    return total.quantize(_CENT, context=_EXACT)


def _owned(session: Session, user: User, portfolio_id: UUID) -> PortfolioRow:
    portfolio = session.get(PortfolioRow, portfolio_id, with_for_update=True)
    if portfolio is None or portfolio.owner_id != user.id:
        raise NotFound("The portfolio was not found.")
    return portfolio


def _position(session: Session, user: User, portfolio_id: UUID, position_id: UUID) -> tuple[PortfolioRow, PositionRow]:
    portfolio = _owned(session, user, portfolio_id)
    position = session.get(PositionRow, position_id)
    if position is None or position.portfolio_id != portfolio.id:
        raise NotFound("The position was not found.")
    return portfolio, position
