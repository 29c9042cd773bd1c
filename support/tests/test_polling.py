"""The poller, on a clock that sleeping turns on: no test waits for real."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest

from support import polling as module
from support.polling import PollingTimeout, Timeline, consistently, eventually, report_waits


class Clock:
    """A clock that stands still but for what is slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.naps.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock.monotonic, sleep=clock.sleep))
    monkeypatch.setattr(module, "Timeline", partial(Timeline, start=0.0))
    monkeypatch.setattr(module, "FIRST_INTERVAL", 60)  # all waits are alike, but where a test is about the first
    return clock


def sightings(*values: str) -> Callable[[], str]:
    """Return a look that sees these values one after the other, and the last for ever."""
    seen = iter(values)
    return lambda: next(seen, values[-1])


def completed(status: str) -> bool:
    return status == "completed"


class TestEventually:
    def test_the_first_look_is_at_once(self, clock: Clock) -> None:
        timeline = eventually("job", sightings("completed"), completed, expected="completed", within=30)
        assert timeline.values == ["completed"]
        assert clock.naps == []

    def test_every_change_is_kept_and_the_wanted_value_is_the_last(self, clock: Clock) -> None:
        look = sightings("pending", "pending", "processing", "processing", "completed")
        timeline = eventually("job", look, completed, expected="completed", within=30, every=0.5)
        assert timeline.values == ["pending", "processing", "completed"]
        assert str(timeline) == "job: pending (0.0 s), processing (1.0 s), completed (2.0 s)"

    def test_what_never_comes_is_told_as_a_story(self, clock: Clock) -> None:
        look = sightings("pending", "processing")
        with pytest.raises(PollingTimeout) as failure:
            eventually("VOD status", look, completed, expected="completed", within=30, every=0.4)
        story = "VOD status: pending (0.0 s), processing (0.4 s); after 30.0 s expected completed, got processing"
        assert str(failure.value) == story

    def test_what_never_comes_is_a_failure_and_no_error(self) -> None:
        assert issubclass(PollingTimeout, AssertionError)

    def test_the_last_look_is_at_the_deadline_and_no_nap_goes_beyond_it(self, clock: Clock) -> None:
        eventually("job", sightings("pending", "pending", "completed"), completed, expected="", within=0.5, every=0.4)
        assert clock.naps == [0.4, pytest.approx(0.1)]

    def test_the_first_waits_are_shorter_each_twice_the_one_before(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "FIRST_INTERVAL", 0.01)
        eventually("job", sightings(*["pending"] * 6, "completed"), completed, expected="", within=1, every=0.05)
        assert clock.naps == [0.01, 0.02, 0.04, 0.05, 0.05, 0.05]

    def test_a_look_that_outlasts_the_deadline_is_followed_by_one_more(self, clock: Clock) -> None:
        def slow_look() -> str:
            clock.now += 40
            return "pending" if clock.now < 50 else "completed"

        assert eventually("job", slow_look, completed, expected="completed", within=30).values[-1] == "completed"

    def test_without_patience_there_is_one_look(self, clock: Clock) -> None:
        with pytest.raises(PollingTimeout, match=r"after 0\.0 s expected completed, got pending"):
            eventually("job", sightings("pending", "completed"), completed, expected="completed", within=0)
        assert clock.naps == []

    def test_an_error_of_the_look_ends_the_wait(self, clock: Clock) -> None:
        def look() -> str:
            raise ConnectionError("gone")

        with pytest.raises(ConnectionError, match="gone"):
            eventually("job", look, completed, expected="completed", within=30)
        assert clock.naps == []

    def test_values_are_told_in_the_callers_words(self, clock: Clock) -> None:
        with pytest.raises(PollingTimeout, match=r"queue: 2 jobs \(0\.0 s\); after 1\.0 s expected none, got 2 jobs"):
            eventually("queue", lambda: 2, lambda n: n == 0, expected="none", within=1, show=lambda n: f"{n} jobs")

    def test_what_is_long_is_told_once(self, clock: Clock) -> None:
        long = "message.status should be processing, but is absent"
        with pytest.raises(PollingTimeout) as failure:
            eventually("what Vera receives", lambda: long, completed, expected="it", within=1)
        assert str(failure.value) == f"what Vera receives: {long} (0.0 s); after 1.0 s expected it, got {long}"

    def test_values_that_are_told_alike_count_as_no_change(self, clock: Clock) -> None:
        look = iter((1, 2, 3)).__next__
        timeline = eventually("queue", look, lambda n: n == 3, expected="3", within=1, show=lambda n: "some")
        assert timeline.values == [1]


class TestConsistently:
    def test_what_stays_is_watched_to_the_end(self, clock: Clock) -> None:
        timeline = consistently("VOD", sightings("completed"), completed, expected="completed", during=2, every=0.5)
        assert timeline.values == ["completed"]
        assert clock.naps == [0.5, 0.5, 0.5, 0.5]

    def test_the_first_look_that_is_refused_ends_the_watch(self, clock: Clock) -> None:
        look = sightings("completed", "completed", "failed", "completed")
        with pytest.raises(PollingTimeout) as failure:
            consistently("VOD", look, completed, expected="completed", during=2, every=0.5)
        assert str(failure.value) == "VOD: completed (0.0 s), failed (1.0 s); expected completed for 2 s, got failed"
        assert clock.naps == [0.5, 0.5]

    def test_what_is_wrong_at_once_is_refused_at_once(self, clock: Clock) -> None:
        with pytest.raises(PollingTimeout, match=r"VOD: failed \(0\.0 s\)"):
            consistently("VOD", sightings("failed"), completed, expected="completed", during=2)
        assert clock.naps == []

    def test_a_change_at_the_very_end_is_seen(self, clock: Clock) -> None:
        look = sightings("completed", "completed", "failed")
        with pytest.raises(PollingTimeout, match=r"failed \(1\.0 s\)"):
            consistently("VOD", look, completed, expected="completed", during=1, every=0.9)


def test_every_wait_is_told_to_the_witness_however_it_ends(clock: Clock) -> None:
    told: list[str] = []
    report_waits(lambda timeline: told.append(str(timeline)))
    try:
        eventually("status", sightings("queued", "done"), lambda seen: seen == "done", expected="done", within=1)
        with pytest.raises(PollingTimeout):
            consistently("status", sightings("done", "lost"), lambda seen: seen == "done", expected="done", during=1)
    finally:
        report_waits(None)
    eventually("status", sightings("done"), lambda seen: seen == "done", expected="done", within=1)
    assert told == ["status: queued (0.0 s), done (0.1 s)", "status: done (0.1 s), lost (0.1 s)"]
