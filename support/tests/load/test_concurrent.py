"""Many callers at once, against a real server: released together, every answer kept, the figures shown."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from support.drivers.http import HttpDriver, Response
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.load.concurrent import ConcurrentClients, distribution, distribution_chart
from support.partners.requests import Received
from support.partners.server import PartnerServer
from support.targets.settings import Limits

LIMITS = Limits(connect=2.0, response=2.0, job=2.0)


class Kept(Recorder):
    """Evidence that stays at hand."""

    def __init__(self) -> None:
        super().__init__(Masker())
        self.files: dict[str, str | bytes] = {}

    def attach(self, name: str, body: str | bytes, media_type: str) -> None:
        self.files[name] = body


@pytest.fixture
def server() -> Iterator[PartnerServer]:
    with PartnerServer("a platform") as server:
        yield server


@pytest.fixture
def evidence() -> Kept:
    return Kept()


@pytest.fixture
def crowd(server: PartnerServer, evidence: Kept) -> ConcurrentClients:
    return ConcurrentClients(lambda recorder: HttpDriver(server.url, LIMITS, recorder, writes=True), Masker(), evidence)


def get(path: str, http: HttpDriver) -> Response:
    return http.get(path)


def test_all_callers_are_under_way_at_the_same_time(server: PartnerServer, crowd: ConcurrentClients) -> None:
    everybody = threading.Barrier(5)

    def answer(received: Received) -> tuple[int, dict[str, str], str]:
        everybody.wait(2.0)  # broken, and so an error, unless five requests are here together
        return 200, {}, "{}"

    server.register_callback("GET", "/", answer)
    assert [answer.status for answer in crowd.send([partial(get, "/")] * 5, concurrency=5)] == [200] * 5


def test_answers_come_in_the_order_of_the_requests(server: PartnerServer, crowd: ConcurrentClients) -> None:
    for number in range(10):
        server.register("GET", f"/{number}", json={"number": number})
    requests = [partial(get, f"/{number}") for number in range(10)]
    assert [answer.document["number"] for answer in crowd.send(requests, concurrency=3)] == list(range(10))


def test_the_report_shows_the_distribution_of_answers_and_times(
    server: PartnerServer, crowd: ConcurrentClients, evidence: Kept
) -> None:
    server.register("GET", "/", status=503)
    server.register("GET", "/", status=200, times=2)
    crowd.send([partial(get, "/")] * 5, concurrency=1)
    [table, picture] = [str(text) for text in evidence.files.values()]
    assert [line.split(",")[:2] for line in table.splitlines()] == [["response", "times"], ["200", "2"], ["503", "3"]]
    assert [one.status for one in evidence.exchanges] == [200, 503], "one of each is kept"
    assert picture.count("<rect") == 5


def test_a_request_without_an_answer_fails_and_is_counted(
    server: PartnerServer, crowd: ConcurrentClients, evidence: Kept
) -> None:
    server.register("GET", "/", body=ConnectionError("gone"))
    with pytest.raises(AssertionError, match="responses to 2 requests: expected 2, got 0: GET /: expected a response"):
        crowd.send([partial(get, "/")] * 2, concurrency=2)
    assert any("no response" in str(text) for text in evidence.files.values())


@pytest.mark.parametrize("show", [distribution, lambda calls: distribution_chart(calls, 0.0)])
def test_nothing_is_shown_of_nobody(show: Any) -> None:
    assert "rect" not in show([])
