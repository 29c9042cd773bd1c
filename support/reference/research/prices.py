"""The client of the price service.

    GET /prices/AAPL?days=30    200 {"ticker": "AAPL", "quotes": [{"date": "2026-11-19", "open": 150.0, "high": 155.0,
                                     "low": 145.0, "close": 152.5, "volume": 1000000}, ...]}   oldest first

One call with a time limit, and no retry: the caller waits for it, and may request it again. ``X-Correlation-ID`` is the
id of the research session.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from itertools import pairwise
from typing import Annotated
from uuid import UUID

import requests
from pydantic import BaseModel, Field, ValidationError, model_validator

from support.reference.errors import DependencyFailed
from support.reference.partners import PartnerSession
from support.reference.schemas import Price

DAYS = 30
MAX_DAYS = 366

_SERVICE = "The price service "
_IMPOSSIBLE_PRICES = _SERVICE + "returned impossible prices."


class Quote(BaseModel):
    """The prices of one day."""

    date: date
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Quote:
        if not self.low <= min(self.open, self.close) <= max(self.open, self.close) <= self.high:
            raise ImpossiblePrices
        return self


class History(BaseModel):
    """The response of the price service."""

    ticker: str
    quotes: Annotated[list[Quote], Field(max_length=MAX_DAYS)]


class ImpossiblePrices(Exception):
    """The response has the right form, and cannot be true."""


def fetch(url: str, ticker: str, *, session_id: UUID, timeout: float) -> Sequence[Quote]:
    """Return the last days of a stock, oldest first. Raises DependencyFailed with the reason."""
    response = _request(f"{url.rstrip('/')}/prices/{ticker}", session_id, timeout)
    if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        raise DependencyFailed(f"{_SERVICE}returned an error ({response.status_code}).")
    try:
        history = History.model_validate_json(response.content)
        require_possible_prices(history, ticker)
    except ImpossiblePrices:
        raise DependencyFailed(_IMPOSSIBLE_PRICES) from None
    except ValidationError as error:
        readable = all(issue["type"].startswith(("greater_than", "decimal_max")) for issue in error.errors())
        raise DependencyFailed(_IMPOSSIBLE_PRICES if readable else f"{_SERVICE}returned an invalid response.") from None
    return history.quotes


def _request(address: str, session_id: UUID, timeout: float) -> requests.Response:
    with PartnerSession(timeout) as http:
        try:
            return http.get(
                address,
                params={"days": DAYS},
                headers={"X-Correlation-ID": str(session_id)},
                allow_redirects=False,
            )
        except requests.Timeout:
            raise DependencyFailed(f"{_SERVICE}did not respond in time.", status=504) from None
        except requests.exceptions.ChunkedEncodingError:
            raise DependencyFailed(f"{_SERVICE}returned an invalid response.") from None
        except requests.RequestException:
            raise DependencyFailed(f"{_SERVICE}cannot be reached.", status=503) from None


def require_possible_prices(history: History, ticker: str) -> None:
    """Raise ImpossiblePrices unless these are prices of the stock, oldest first."""
    days = [quote.date for quote in history.quotes]
    if history.ticker != ticker or not days or any(later <= earlier for earlier, later in pairwise(days)):
        raise ImpossiblePrices


def change(first: Decimal, last: Decimal) -> Decimal:
    """Return the relative change between two prices."""
    return (last - first) / first
