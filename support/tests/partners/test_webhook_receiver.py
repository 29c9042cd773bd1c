"""The stub of webhook receivers: one server, a receiver for each name, and answers that a scenario chooses."""

from collections.abc import Iterator

import pytest
import requests

from support.partners.webhook_receiver import WebhookReceiver


@pytest.fixture
def stub() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as started:
        yield started


def post(stub: WebhookReceiver, name: str) -> requests.Response:
    return requests.post(stub.url_of(name), json={"id": 1}, timeout=2, allow_redirects=False)


def test_a_receiver_accepts_every_delivery_and_records_it(stub: WebhookReceiver) -> None:
    assert post(stub, "blue").status_code == 204
    [call] = stub.calls("blue")
    assert (call.json(), call.headers["content-type"]) == ({"id": 1}, "application/json")
    assert stub.calls("red") == []
    assert stub.url == f"http://{stub.host_and_port}"


def test_an_answer_is_given_to_its_receiver_only_and_as_often_as_it_says(stub: WebhookReceiver) -> None:
    stub.asks_to_wait("blue", "3", status=429)
    answer = post(stub, "blue")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert [post(stub, "red").status_code, post(stub, "blue").status_code] == [204, 204]


def test_a_redirect_names_its_target(stub: WebhookReceiver) -> None:
    stub.redirects("blue", stub.url_of("red"))
    answer = post(stub, "blue")
    assert (answer.status_code, answer.headers["Location"]) == (302, stub.url_of("red"))


def test_a_receiver_that_hangs_up_has_received_the_request(stub: WebhookReceiver) -> None:
    stub.hangs_up("blue")
    with pytest.raises(requests.ConnectionError):
        post(stub, "blue")
    assert len(stub.calls("blue")) == 1


def test_a_silent_receiver_answers_nothing(stub: WebhookReceiver) -> None:
    stub.stays_silent("blue")
    with pytest.raises(requests.ReadTimeout):
        requests.post(stub.url_of("blue"), timeout=0.2)


def test_a_receiver_that_dribbles_sends_its_head_at_once(stub: WebhookReceiver) -> None:
    stub.dribbles("blue", seconds=60)
    with requests.post(stub.url_of("blue"), timeout=2, stream=True) as answer:
        assert answer.status_code == 200
