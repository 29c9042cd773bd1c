"""``/api/portfolios``. Money is text in answers, such as "750.00": a JSON number would lose its cents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import Field, PlainSerializer
from typing_extensions import TypedDict

from support.reference.access.dependencies import Researcher
from support.reference.errors import documented
from support.reference.portfolios import service
from support.reference.schemas import Answer, Page, Price, Request, Shares, Ticker, Title, plain
from support.reference.services import ServicesOf

router = APIRouter(prefix="/api/portfolios", responses=documented(401, 403, 422, 500, 503))

Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: plain(amount, 2), return_type=str),
    Field(description='An amount of money, exact, as text: "750.00".'),
]
Amount = Annotated[
    Decimal, PlainSerializer(plain, return_type=str), Field(description='A number of shares, exact, as text: "100".')
]
Ratio = Annotated[
    Decimal,
    PlainSerializer(lambda ratio: f"{ratio:f}", return_type=str),
    Field(description='Six places, as text: "0.033333".'),
]


class NewPortfolio(Request):
    """A portfolio to create."""

    name: Title


class NewPosition(Request):
    """A position to add."""

    ticker: Ticker
    shares: Shares
    entry_price: Price
    current_price: Price | None = None


class PositionChanges(TypedDict, total=False):
    """What to change of a position; fields left out stay as they are."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    shares: Shares
    entry_price: Price
    current_price: Price | None


class PositionAnswer(Answer):
    """A position."""

    id: UUID
    ticker: str
    shares: Amount
    entry_price: Money
    current_price: Money | None
    created_at: datetime
    updated_at: datetime


class PortfolioAnswer(Answer):
    """A portfolio with its positions, oldest first."""

    id: UUID
    name: str
    positions: list[PositionAnswer]
    created_at: datetime
    updated_at: datetime


class PortfoliosAnswer(Answer):
    """One page of portfolios, newest first."""

    portfolios: list[PortfolioAnswer]
    total: int


class ReturnsAnswer(Answer):
    """What the positions cost, are worth, and return; the ratio is null when there is no cost."""

    cost: Money
    value: Money
    total_return: Money
    total_return_pct: Ratio | None


@router.post("", status_code=201, responses=documented(413))
def create(body: NewPortfolio, user: Researcher, services: ServicesOf) -> PortfolioAnswer:
    """Create a portfolio."""
    return PortfolioAnswer.model_validate(service.create(services, user, name=body.name))


@router.get("")
def list_portfolios(page: Annotated[Page, Query()], user: Researcher, services: ServicesOf) -> PortfoliosAnswer:
    """The caller's portfolios, newest first."""
    found, total = service.list_for(services, user, limit=page.limit, offset=page.offset)
    return PortfoliosAnswer(portfolios=[PortfolioAnswer.model_validate(each) for each in found], total=total)


@router.get("/{portfolio_id}", responses=documented(404))
def get(portfolio_id: UUID, user: Researcher, services: ServicesOf) -> PortfolioAnswer:
    """One portfolio."""
    return PortfolioAnswer.model_validate(service.get(services, user, portfolio_id))


@router.delete("/{portfolio_id}", status_code=204, responses=documented(404))
def remove(portfolio_id: UUID, user: Researcher, services: ServicesOf) -> None:
    """Remove a portfolio with its positions for good."""
    service.remove(services, user, portfolio_id)


@router.get("/{portfolio_id}/returns", responses=documented(404))
def returns(portfolio_id: UUID, user: Researcher, services: ServicesOf) -> ReturnsAnswer:
    """What a portfolio costs, is worth and returns."""
    portfolio = service.get(services, user, portfolio_id)
    return ReturnsAnswer.model_validate(service.returns(portfolio.positions))


@router.post("/{portfolio_id}/positions", status_code=201, responses=documented(404, 413))
def add_position(portfolio_id: UUID, body: NewPosition, user: Researcher, services: ServicesOf) -> PositionAnswer:
    """Add a position."""
    return PositionAnswer.model_validate(service.add_position(services, user, portfolio_id, body.model_dump()))


@router.patch("/{portfolio_id}/positions/{position_id}", responses=documented(404, 413))
def change_position(
    portfolio_id: UUID,
    position_id: UUID,
    changes: Annotated[PositionChanges, Body()],
    user: Researcher,
    services: ServicesOf,
) -> PositionAnswer:
    """Change the shares or the prices of a position."""
    changed = service.change_position(services, user, portfolio_id, position_id, changes)
    return PositionAnswer.model_validate(changed)


@router.delete("/{portfolio_id}/positions/{position_id}", status_code=204, responses=documented(404))
def remove_position(portfolio_id: UUID, position_id: UUID, user: Researcher, services: ServicesOf) -> None:
    """Remove a position for good."""
    service.remove_position(services, user, portfolio_id, position_id)
