"""The stub of the price service: daily prices of any ticker, always the same for the same ticker."""

from __future__ import annotations

import json as json_module
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from support.partners.listener import LOOPBACK
from support.partners.requests import Received
from support.partners.server import PartnerServer, Registration, Reply

ROUTE = ("GET", "/prices/{ticker}")
SESSION_HEADER = "X-Correlation-ID"

_LAST_DAY = date(2026, 11, 19)
_CENT = Decimal("0.01")

Quote = Mapping[str, Any]
"""One day: date (YYYY-MM-DD), open, high, low, close (Decimal), volume."""


class Prices(PartnerServer):
    """The price service as the platform uses it.

    Money is written as JSON numbers with all their digits. Registrations of a scenario precede the default responses;
    `where` restricts them to the requests of that scenario.
    """

    def __init__(self, *, host: str = LOOPBACK, port: int = 0, public_url: str = "") -> None:
        super().__init__("The price service", host=host, port=port, public_url=public_url)

    def quotes(self, ticker: str, quotes: Sequence[Quote], *, where: Callable[[Received], bool]) -> Registration:
        """Register the quotes of a ticker."""
        return self.register(
            *ROUTE,
            where=lambda received: where(received) and received.path.endswith(f"/{ticker}"),
            body=format_quotes(ticker, quotes),
            headers={"Content-Type": "application/json"},
        )

    def requests(self, *, where: Callable[[Received], bool]) -> list[Received]:
        """Return all requests for prices, oldest first."""
        return self.received(*ROUTE, where=where)

    def _register_defaults(self) -> None:
        self.register_callback(*ROUTE, self._default)

    def _default(self, received: Received, ticker: str) -> Reply:
        days = int(received.query.get("days", ["30"])[0])
        return 200, {"Content-Type": "application/json"}, format_quotes(ticker, default_quotes(ticker, days))


def default_quotes(ticker: str, days: int = 30) -> list[Quote]:
    """Return the default quotes of a ticker, which are the same at any time."""
    generator = random.Random(ticker)
    price = Decimal(generator.randrange(20_00, 300_00)).scaleb(-2)
    quotes = []
    for back in reversed(range(days)):
        opening, price = price, (price * (1 + Decimal(generator.randrange(-300, 301)).scaleb(-4))).quantize(_CENT)
        quotes.append(quote(_LAST_DAY - timedelta(days=back), price, opening=opening))
    return quotes


def quote(day: date, close: Decimal, *, opening: Decimal | None = None) -> Quote:
    """Return a consistent quote: high and low are the greater and the lesser of open and close."""
    opening = close if opening is None else opening
    return {
        "date": day.isoformat(),
        "open": opening,
        "high": max(opening, close),
        "low": min(opening, close),
        "close": close,
        "volume": 1_000_000,
    }


def format_quotes(ticker: str, quotes: Sequence[Quote]) -> str:
    """Return a response as JSON; a Decimal becomes a number with exactly its digits, which `json` cannot do."""
    days = ", ".join(
        "{" + ", ".join(f"{json_module.dumps(name)}: {_number(value)}" for name, value in day.items()) + "}"
        for day in quotes
    )
    return f'{{"ticker": {json_module.dumps(ticker)}, "quotes": [{days}]}}'


def _number(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json_module.dumps(value)
