"""How long a run took, as its summary tells it."""

from behave.configuration import Configuration

from support.runner.progress import SummaryByTheClock


def test_the_summary_tells_the_time_on_the_clock_whatever_behave_adds_up() -> None:
    summary = SummaryByTheClock(Configuration([]))
    summary.duration += 1000.0
    assert 0.0 <= summary.duration < 100.0
