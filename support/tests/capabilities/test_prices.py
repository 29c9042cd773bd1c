import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from support.capabilities.research.prices import PRICE_FAULTS, PricesClient
from support.errors import FeatureError
from support.partners.prices import SESSION_HEADER, Prices, default_quotes
from support.scenario.cleanup import Cleanup


@pytest.fixture
def stub() -> Iterator[Prices]:
    with Prices() as stub:
        yield stub


@pytest.fixture
def cleanup() -> Cleanup:
    return Cleanup()


@pytest.fixture
def client(stub: Prices, cleanup: Cleanup) -> PricesClient:
    return PricesClient(stub, cleanup, {"mine"})


def ask(stub: Prices, ticker: str = "AAPL", session: str = "mine", **options: Any) -> requests.Response:
    return requests.get(f"{stub.url}/prices/{ticker}?days=3", headers={SESSION_HEADER: session}, timeout=2, **options)


def read_within(seconds: float, response: requests.Response) -> bytes:
    """Return the body, like a client that bounds the whole response; the time-out of requests bounds each read."""
    deadline = time.monotonic() + seconds
    body = b""
    for piece in response.iter_content(1):
        body += piece
        if time.monotonic() > deadline:
            response.close()
            raise requests.Timeout(f"no whole response after {seconds} s")
    return body


def test_the_same_ticker_always_has_the_same_days() -> None:
    assert default_quotes("AAPL") == default_quotes("AAPL") != default_quotes("MSFT")


def test_every_day_agrees_with_itself_and_they_go_forward() -> None:
    quotes = default_quotes("AAPL", 200)
    assert len({quote["date"] for quote in quotes}) == 200
    assert [quote["date"] for quote in quotes] == sorted(quote["date"] for quote in quotes)
    for quote in quotes:
        assert (
            0
            < quote["low"]
            <= min(quote["open"], quote["close"])
            <= max(quote["open"], quote["close"])
            <= quote["high"]
        )


def test_as_many_days_are_answered_as_asked_for(stub: Prices) -> None:
    assert len(ask(stub).json()["quotes"]) == 3


def test_what_a_scenario_says_holds_for_its_sessions_alone(stub: Prices, client: PricesClient) -> None:
    client.quotes("AAPL", [("2026-11-19", "150.10")])
    assert '"close": 150.10,' in ask(stub).text
    assert len(ask(stub, session="another").json()["quotes"]) == 3
    assert ask(stub, "MSFT").json()["ticker"] == "MSFT"
    assert len(client.asked()) == 2


def test_trouble_ends_after_its_times_and_with_the_scenario(
    stub: Prices, client: PricesClient, cleanup: Cleanup
) -> None:
    client.troubled("returns 500", 1)
    assert [ask(stub).status_code for _ in range(2)] == [500, 200]
    client.troubled("returns 500", None)
    cleanup.run()
    assert ask(stub).status_code == 200


def test_a_service_that_refuses_connections_is_back_afterwards(
    stub: Prices, client: PricesClient, cleanup: Cleanup
) -> None:
    client.troubled("refuses connections", None)
    with pytest.raises(requests.ConnectionError):
        ask(stub)
    cleanup.run()
    assert ask(stub).status_code == 200


@pytest.mark.parametrize("trouble", sorted(PRICE_FAULTS.keys() - {"is slow", "refuses connections"}))
def test_no_trouble_looks_like_an_answer(stub: Prices, client: PricesClient, trouble: str) -> None:
    client.troubled(trouble, 1)
    try:
        answer = ask(stub, allow_redirects=False, stream=True)
        content = json.loads(read_within(2, answer))
    except (requests.RequestException, ValueError):
        return
    usual = answer.status_code == 200 and content.get("ticker") == "AAPL" and content.get("quotes")
    assert not usual or trouble in {
        "returns a price as words",
        "returns a negative price",
        "returns a low above the high",
        "returns a day twice",
    }


def test_a_price_that_is_no_text_is_the_features_mistake(client: PricesClient, stub: Prices) -> None:
    days: list[Any] = [("2026-11-19", 1.5)]
    with pytest.raises(FeatureError, match=r'^an amount of money is a text: write the 1\.5 in quotes, "1\.50"$'):
        client.quotes("AAPL", days)
    assert len(ask(stub).json()["quotes"]) == 3
