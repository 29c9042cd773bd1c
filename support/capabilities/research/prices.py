"""What a scenario tells the price service to answer, and what it was asked, restricted to that scenario."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from support.errors import require_feature
from support.partners.failures import FAILURES
from support.partners.prices import ROUTE, SESSION_HEADER, Prices, Quote, format_quotes, quote
from support.partners.requests import Received
from support.scenario.cleanup import Cleanup

_NEGATIVE: Quote = {"date": "2026-11-19", "open": 10, "high": 10, "low": -1, "close": 10, "volume": 5}
_CROSSED: Quote = {"date": "2026-11-19", "open": 10, "high": 9, "low": 11, "close": 10, "volume": 5}
_FINE: Quote = {"date": "2026-11-19", "open": 10, "high": 11, "low": 9, "close": 10, "volume": 5}
_TEXT: Quote = {**_FINE, "close": "ten"}


def _failure(name: str) -> Mapping[str, Any]:
    failure = FAILURES[name]
    return {"status": failure.status, **failure.options}


PRICE_FAULTS: Mapping[str, Mapping[str, Any]] = {
    "is slow": FAILURES["no response"].options,
    "sends one byte at a time": _failure("one byte at a time"),
    "closes the connection": FAILURES["closed connection"].options,
    "refuses connections": {},
    "returns 500": _failure("500"),
    "returns 404": _failure("404"),
    "returns a redirect": _failure("redirect"),
    "closes the connection early": _failure("cut off"),
    "returns text that is not JSON": _failure("HTML"),
    "returns no list of quotes": {"body": '{"ticker": "AAPL"}'},
    "returns a price as words": {"body": format_quotes("AAPL", [_TEXT])},
    "returns no day": {"body": format_quotes("AAPL", [])},
    "returns another ticker": {"body": format_quotes("MSFT", [_FINE])},
    "returns a negative price": {"body": format_quotes("AAPL", [_NEGATIVE])},
    "returns a low above the high": {"body": format_quotes("AAPL", [_CROSSED])},
    "returns a day twice": {"body": format_quotes("AAPL", [_FINE, _FINE])},
}
"""What can be wrong with the price service, as far as AAPL is concerned."""


class PricesClient:
    """One scenario's view of the stub: it concerns the sessions that the scenario begins (their ids), and no other."""

    def __init__(self, stub: Prices, cleanup: Cleanup, sessions: Collection[str]) -> None:
        self._stub = stub
        self._cleanup = cleanup
        self._mine = sessions

    def quotes(self, ticker: str, days: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Have the service know these days (YYYY-MM-DD) and closing prices of a ticker; return them."""
        for _, close in days:
            require_feature(
                isinstance(close, str), f'an amount of money is a text: write the {close} in quotes, "1.50"'
            )
        quotes = [quote(date.fromisoformat(day), Decimal(close)) for day, close in days]
        registration = self._stub.quotes(ticker, quotes, where=self._is_mine)
        self._cleanup.add(f"have the price service quote {ticker} as usual", registration.remove)
        return list(days)

    def troubled(self, trouble: str, times: int | None) -> None:
        """Have the service fail in one of `TROUBLES`, a number of times and then work again, or for good."""
        if trouble == "refuses connections":
            self._cleanup.add("start the price service again", self._stub.start)
            self._stub.close()
            return
        registration = self._stub.register(*ROUTE, where=self._is_mine, times=times, **PRICE_FAULTS[trouble])
        self._cleanup.add("have the price service answer as usual", registration.remove)

    def asked(self) -> Sequence[Received]:
        """Return the requests for prices that this scenario's sessions caused, oldest first."""
        return self._stub.requests(where=self._is_mine)

    def _is_mine(self, received: Received) -> bool:
        return received.headers.get(SESSION_HEADER) in self._mine
