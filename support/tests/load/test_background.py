"""What people at work were answered: told apart, waited for, and drawn."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from support.drivers.http import Response
from support.errors import FeatureError
from support.evidence.timeline import Lane, Span, chart
from support.load.background import BackgroundTraffic
from support.load.samples import Outcome, Sample, classify


def answer(status: int, content: object) -> Response:
    body = json.dumps(content).encode()
    return Response("GET", "/x", status, {}, body, 0.1, "Dana")


ENVELOPE = {"error": {"type": "DatabaseError", "message": "away", "details": [], "request_id": "1"}}


@pytest.mark.parametrize(
    ("status", "content", "outcome"),
    [
        (200, {}, Outcome.SUCCESSFUL),
        (503, ENVELOPE, Outcome.REJECTED),
        (500, ENVELOPE, Outcome.INVALID),
        (401, ENVELOPE, Outcome.INVALID),
        (404, ENVELOPE, Outcome.INVALID),
    ],
)
def test_outcomes_are_told_apart(status: int, content: object, outcome: Outcome) -> None:
    assert classify(answer(status, content))[0] is outcome


def test_a_refusal_without_the_envelope_is_out_of_order() -> None:
    with pytest.raises(AssertionError, match="expected the error envelope"):
        classify(answer(503, {"oops": 1}))


class TestVerdicts:
    @pytest.fixture
    def people(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        people: Any = BackgroundTraffic.__new__(BackgroundTraffic)
        people._start, people._events, people._threads = 0.0, [], object()
        people._clients = []
        monkeypatch.setattr(BackgroundTraffic, "samples", [])
        return people

    def saw(self, monkeypatch: pytest.MonkeyPatch, *moments: Sample) -> None:
        monkeypatch.setattr(BackgroundTraffic, "samples", list(moments))

    def test_they_start_once(self, people: Any) -> None:
        people._clients = [object()]
        with pytest.raises(FeatureError, match="background traffic is already running in this scenario"):
            people.start()

    def test_who_is_left_hanging_is_named(self, people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saw(monkeypatch, Sample("Vera", 1.0, 5.0, Outcome.TIMED_OUT, "no answer"))
        with pytest.raises(AssertionError, match=r"of 1 of 1: Vera at 1\.0 s: timed out after 5\.0"):
            people.require_outcomes([Outcome.SUCCESSFUL, Outcome.REJECTED], within=3)

    def test_an_answer_that_came_late_is_told(self, people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saw(monkeypatch, Sample("Vera", 1.0, 3.5, Outcome.REJECTED))
        with pytest.raises(AssertionError, match=r"at most 3 s, got more for 1 of 1: Vera at 1\.0 s"):
            people.require_outcomes([Outcome.SUCCESSFUL, Outcome.REJECTED], within=3)

    def test_what_is_allowed_and_in_time_passes(self, people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saw(monkeypatch, Sample("Vera", 1.0, 0.5, Outcome.REJECTED))
        people.require_outcomes([Outcome.SUCCESSFUL, Outcome.REJECTED], within=3)

    def test_more_failures_than_allowed_are_told(self, people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saw(monkeypatch, *[Sample("Vera", 1.0, 0.5, Outcome.REJECTED)] * 7)
        people.require_failures_at_most(7)
        with pytest.raises(AssertionError, match=r"expected at most 6, got 7: .* and 2 more"):
            people.require_failures_at_most(6)

    def test_a_verdict_needs_somebody_at_work(self, people: Any) -> None:
        people._threads = None
        with pytest.raises(FeatureError, match="no background traffic in this scenario"):
            people.require_recovery()


def test_the_picture_is_svg_with_a_lane_for_each_and_the_events() -> None:
    lanes = [Lane("Vera <reads>", [Span(0.1, 0.2, "served", ""), Span(1.0, 0.1, "refused", "DatabaseError")])]
    drawn = ElementTree.fromstring(
        chart(lanes, [(0.5, "Redis is gone"), (1.5, "Redis is back")], ["served", "refused"])
    )
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    ticks = ["0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1 s", "1.2 s", "1.4 s"]
    assert texts == [*ticks, "Vera <reads>", "Redis is gone (0.5 s)", "Redis is back (1.5 s)", "served", "refused"]
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}line"))) == len(ticks) + 2
    titles = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == ["served at 0.10 s after 0.20 s", "refused at 1.00 s after 0.10 s: DatabaseError"]


def test_a_picture_of_nothing_is_drawn_too() -> None:
    ElementTree.fromstring(chart([], [], ["served"]))
