"""The price service double: a month of daily prices for any ticker, always the same for the same ticker."""

from __future__ import annotations

import json as json_module
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from support.partners.requests import Received
from support.partners.server import PartnerServer, Registration, Reply

ROUTE = ("GET", "/prices/{ticker}")
SESSION_HEADER = "X-Correlation-ID"

_LAST_DAY = date(2026, 11, 19)
_CENT = Decimal("0.01")

Quote = Mapping[str, Any]
"""One day: date (YYYY-MM-DD), open, high, low, close (Decimal), volume."""


class Prices(PartnerServer):
    """The price service as the platform knows it.

    Money is written as JSON numbers with all their digits. What a scenario registers goes before the usual answers;
    `where` restricts it to the requests of that scenario.
    """

    def __init__(self) -> None:
        super().__init__("The price service")

    def quotes(self, ticker: str, quotes: Sequence[Quote], *, where: Callable[[Received], bool]) -> Registration:
        """Answer for a ticker with these days."""
        return self.register(
            *ROUTE,
            where=lambda received: where(received) and received.path.endswith(f"/{ticker}"),
            body=written(ticker, quotes),
            headers={"Content-Type": "application/json"},
        )

    def asked(self, *, where: Callable[[Received], bool]) -> list[Received]:
        """Return the requests for prices, oldest first, however they were answered."""
        return self.received(*ROUTE, where=where)

    def _register_defaults(self) -> None:
        self.register_callback(*ROUTE, self._usual)

    def _usual(self, received: Received, ticker: str) -> Reply:
        days = int(received.query.get("days", ["30"])[0])
        return 200, {"Content-Type": "application/json"}, written(ticker, usual_quotes(ticker, days))


def usual_quotes(ticker: str, days: int = 30) -> list[Quote]:
    """Return the days that the service knows by nature: the same for a ticker at any time."""
    chance = random.Random(ticker)
    price = Decimal(chance.randrange(20_00, 300_00)).scaleb(-2)
    quotes = []
    for back in reversed(range(days)):
        opening, price = price, (price * (1 + Decimal(chance.randrange(-300, 301)).scaleb(-4))).quantize(_CENT)
        quotes.append(quote(_LAST_DAY - timedelta(days=back), price, opening=opening))
    return quotes


def quote(day: date, close: Decimal, *, opening: Decimal | None = None) -> Quote:
    """Make a day that agrees with itself: high and low are the greater and the lesser of open and close."""
    opening = close if opening is None else opening
    return {
        "date": day.isoformat(),
        "open": opening,
        "high": max(opening, close),
        "low": min(opening, close),
        "close": close,
        "volume": 1_000_000,
    }


def written(ticker: str, quotes: Sequence[Quote]) -> str:
    """Return the JSON of an answer. A Decimal becomes a number with exactly its digits, which `json` cannot do."""
    days = ", ".join(
        "{" + ", ".join(f"{json_module.dumps(name)}: {_number(value)}" for name, value in day.items()) + "}"
        for day in quotes
    )
    return f'{{"ticker": {json_module.dumps(ticker)}, "quotes": [{days}]}}'


def _number(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json_module.dumps(value)
