"""``/api/portfolios``. Money is text in responses: a JSON number would lose cents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import Field, PlainSerializer
from typing_extensions import TypedDict

from support.reference.access.dependencies import Researcher
from support.reference.errors import error_responses
from support.reference.portfolios import service
from support.reference.schemas import Page, Price, Request, ResponseModel, Shares, Ticker, Title, format_decimal
from support.reference.services import ServicesDep

router = APIRouter(prefix="/api/portfolios", responses=error_responses(401, 403, 422, 500, 503))

Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: format_decimal(amount, 2), return_type=str),
    Field(description='An amount of money, exact, as text: "750.00".'),
]
Amount = Annotated[
    Decimal,
    PlainSerializer(format_decimal, return_type=str),
    Field(description='A number of shares, exact, as text: "100".'),
]
Ratio = Annotated[
    Decimal,
    PlainSerializer(lambda ratio: f"{ratio:f}", return_type=str),
    Field(description='Six decimals, as text: "0.033333".'),
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
    """Fields of a position to change; omitted fields stay as they are."""

    __pydantic_config__ = Request.model_config  # type: ignore[misc]

    shares: Shares
    entry_price: Price
    current_price: Price | None


class PositionResponse(ResponseModel):
    """A position."""

    id: UUID
    ticker: str
    shares: Amount
    entry_price: Money
    current_price: Money | None
    created_at: datetime
    updated_at: datetime


class PortfolioResponse(ResponseModel):
    """A portfolio with its positions, oldest first."""

    id: UUID
    name: str
    positions: list[PositionResponse]
    created_at: datetime
    updated_at: datetime


class PortfoliosResponse(ResponseModel):
    """One page of portfolios, newest first."""

    portfolios: list[PortfolioResponse]
    total: int


class ReturnsResponse(ResponseModel):
    """Cost, value and return of all positions; the ratio is null if the cost is 0."""

    cost: Money
    value: Money
    total_return: Money
    total_return_pct: Ratio | None


@router.post("", status_code=201, responses=error_responses(413))
def create(body: NewPortfolio, user: Researcher, services: ServicesDep) -> PortfolioResponse:
    """Create a portfolio."""
    return PortfolioResponse.model_validate(service.create(services, user, name=body.name))


@router.get("")
def list_portfolios(page: Annotated[Page, Query()], user: Researcher, services: ServicesDep) -> PortfoliosResponse:
    """List the caller's portfolios, newest first."""
    found, total = service.list_for(services, user, limit=page.limit, offset=page.offset)
    return PortfoliosResponse(portfolios=[PortfolioResponse.model_validate(each) for each in found], total=total)


@router.get("/{portfolio_id}", responses=error_responses(404))
def get(portfolio_id: UUID, user: Researcher, services: ServicesDep) -> PortfolioResponse:
    """Return one portfolio."""
    return PortfolioResponse.model_validate(service.get(services, user, portfolio_id))


@router.delete("/{portfolio_id}", status_code=204, responses=error_responses(404))
def remove(portfolio_id: UUID, user: Researcher, services: ServicesDep) -> None:
    """Delete a portfolio with its positions."""
    service.remove(services, user, portfolio_id)


@router.get("/{portfolio_id}/returns", responses=error_responses(404))
def returns(portfolio_id: UUID, user: Researcher, services: ServicesDep) -> ReturnsResponse:
    """Return cost, value and return of a portfolio."""
    portfolio = service.get(services, user, portfolio_id)
    return ReturnsResponse.model_validate(service.returns(portfolio.positions))


@router.post("/{portfolio_id}/positions", status_code=201, responses=error_responses(404, 413))
def add_position(portfolio_id: UUID, body: NewPosition, user: Researcher, services: ServicesDep) -> PositionResponse:
    """Add a position."""
    return PositionResponse.model_validate(service.add_position(services, user, portfolio_id, body.model_dump()))


@router.patch("/{portfolio_id}/positions/{position_id}", responses=error_responses(404, 413))
def change_position(
    portfolio_id: UUID,
    position_id: UUID,
    changes: Annotated[PositionChanges, Body()],
    user: Researcher,
    services: ServicesDep,
) -> PositionResponse:
    """Change the shares or the prices of a position."""
    changed = service.change_position(services, user, portfolio_id, position_id, changes)
    return PositionResponse.model_validate(changed)


@router.delete("/{portfolio_id}/positions/{position_id}", status_code=204, responses=error_responses(404))
def remove_position(portfolio_id: UUID, position_id: UUID, user: Researcher, services: ServicesDep) -> None:
    """Delete a position."""
    service.remove_position(services, user, portfolio_id, position_id)
