"""Causes of failures in hooks and cleanups, and notes in failure messages."""

import pytest

from support.allure.status import explained, is_failed_check
from support.drivers.http import NoResponse
from support.scenario.cleanup import Cleanup, CleanupFailed


def failing(error: Exception) -> Exception:
    """The error of a cleanup stack in which one action fails."""

    def fail() -> None:
        raise error

    cleanup = Cleanup()
    cleanup.add("delete VOD 1", lambda: None)
    cleanup.add("delete VOD 2", fail)
    with pytest.raises(CleanupFailed) as caught:
        cleanup.run()
    return caught.value


def test_an_unexpected_response_to_a_delete_is_a_failure_of_the_product() -> None:
    error = AssertionError("status of Dana's DELETE /api/vod/2: expected 204, got 500")
    assert is_failed_check(failing(error))
    assert "expected 204, got 500" in explained(failing(error))


@pytest.mark.parametrize("error", [OSError("disk full"), KeyError("vod")])
def test_an_error_of_the_tests_is_not(error: Exception) -> None:
    assert not is_failed_check(failing(error))


def test_a_platform_that_is_not_available_is_not() -> None:
    assert not is_failed_check(failing(NoResponse("DELETE /api/vod/2: no response")))


def test_notes_follow_the_first_line() -> None:
    error = AssertionError("status: expected 200, got 500\nbody: {}")
    error.add_note("platform log: ValueError: no such plan")
    assert explained(error) == "status: expected 200, got 500 (platform log: ValueError: no such plan)\nbody: {}"
