"""The record service double responds as the real service, and fails on request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from support.partners.records import JOB_HEADER, OPERATIONS, Records


@pytest.fixture
def stub() -> Iterator[Records]:
    with Records() as stub:
        yield stub


def read(stub: Records, external_id: str, *, job: str = "job-1", timeout: float = 2) -> requests.Response:
    return requests.get(f"{stub.url}/records/{external_id}", headers={JOB_HEADER: job}, timeout=timeout)


def test_a_stored_record_is_returned(stub: Records) -> None:
    stub.has_record("A-1", "Dear Ada", "letters")
    response = read(stub, "A-1")
    assert (response.status_code, response.json()) == (200, {"id": "A-1", "text": "Dear Ada", "category": "letters"})


def test_an_unknown_or_removed_record_is_404(stub: Records) -> None:
    stub.has_record("A-1", "Dear Ada")
    stub.remove_record("A-1")
    assert [read(stub, each).status_code for each in ("A-1", "A-2")] == [404, 404]


def test_a_failure_lasts_as_often_as_requested(stub: Records) -> None:
    stub.has_record("A-1", "Dear Ada")
    stub.answers(503, times=2)
    assert [read(stub, "A-1").status_code for _ in range(3)] == [503, 503, 200]


def test_a_failure_can_be_restricted_to_the_requests_of_one_job(stub: Records) -> None:
    stub.has_record("A-1", "Dear Ada")
    registration = stub.answers(500, where=lambda received: received.headers[JOB_HEADER] == "job-2")
    assert [read(stub, "A-1", job=job).status_code for job in ("job-1", "job-2")] == [200, 500]
    registration.remove()
    assert read(stub, "A-1", job="job-2").status_code == 200


def test_a_late_response_is_the_usual_one(stub: Records) -> None:
    stub.has_record("A-1", "Dear Ada")
    stub.answers_late(delay=0.4, times=1)
    with pytest.raises(requests.Timeout):
        read(stub, "A-1", timeout=0.1)
    assert read(stub, "A-1").status_code == 200


def test_a_dropped_connection_has_no_response(stub: Records) -> None:
    stub.answers(200, body=ConnectionError("dropped"))
    with pytest.raises(requests.ConnectionError):
        read(stub, "A-1")


def test_requests_are_kept_by_record(stub: Records) -> None:
    for external_id in ("A-1", "A-2", "A-1"):
        read(stub, external_id)
    assert [len(stub.asked(each)) for each in ("A-1", "A-2", "A-3", None)] == [2, 1, 0, 3]


def test_an_unknown_operation_is_an_error_that_lists_the_known_ones(stub: Records) -> None:
    with pytest.raises(ValueError, match=next(iter(OPERATIONS))):
        stub.answers(500, operation="writing a record")
