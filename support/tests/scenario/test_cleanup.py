"""Taking away what a scenario created."""

import pytest

from support.scenario.cleanup import Cleanup, CleanupFailed


def fails_with(sentence: str) -> None:
    raise ValueError(sentence)


def test_the_last_thing_created_is_the_first_taken_away() -> None:
    cleanup, done = Cleanup(), []
    for thing in ("user", "VOD", "captions"):
        cleanup.add(f"delete {thing}", lambda thing=thing: done.append(thing))  # type: ignore[misc]
    cleanup.run()
    assert done == ["captions", "VOD", "user"]


def test_every_action_gets_its_turn_and_every_trouble_is_told() -> None:
    cleanup, done = Cleanup(), []
    cleanup.add("delete user 1", lambda: fails_with("gone already"))
    cleanup.add("delete VOD 42", lambda: done.append("VOD 42"))
    cleanup.add("remove city.wav", lambda: fails_with("no such folder"))
    with pytest.raises(CleanupFailed) as failure:
        cleanup.run()
    assert done == ["VOD 42"]
    assert str(failure.value) == "could not remove city.wav: no such folder; could not delete user 1: gone already"


def test_an_error_without_words_is_told_by_its_name() -> None:
    def hangs() -> None:
        raise TimeoutError

    cleanup = Cleanup()
    cleanup.add("delete VOD 42", hangs)
    with pytest.raises(CleanupFailed, match=r"^could not delete VOD 42: TimeoutError$"):
        cleanup.run()


def test_a_check_that_fails_on_the_way_is_a_trouble_like_any_other() -> None:
    def check() -> None:
        raise AssertionError("should be answered 204, but was answered 500")

    cleanup = Cleanup()
    cleanup.add("delete VOD 42", check)
    with pytest.raises(CleanupFailed, match="could not delete VOD 42: should be answered 204"):
        cleanup.run()


def test_nothing_is_taken_away_twice() -> None:
    cleanup, done = Cleanup(), []
    cleanup.add("delete VOD 42", lambda: done.append("VOD 42"))
    cleanup.run()
    cleanup.run()
    assert done == ["VOD 42"]


def test_what_a_cleanup_creates_is_taken_away_too() -> None:
    cleanup, done = Cleanup(), []

    def signs_in_again() -> None:
        cleanup.add("sign Dana out", lambda: done.append("signed out"))

    cleanup.add("delete VOD 42", signs_in_again)
    cleanup.run()
    assert done == ["signed out"]
