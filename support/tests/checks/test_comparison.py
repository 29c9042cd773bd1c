"""The sentences that failed checks of values say."""

import pytest

from support.checks.comparison import fail, require, require_equal, require_one


def test_a_failure_is_an_assertion_with_its_sentence() -> None:
    failure = fail("the sky: expected blue, got grey")
    assert type(failure) is AssertionError
    assert str(failure) == "the sky: expected blue, got grey"


@pytest.mark.parametrize("fact", [True, 1, "text", [0]])
def test_a_fact_that_holds_is_let_pass(fact: object) -> None:
    require(fact, "never said")


@pytest.mark.parametrize("fact", [False, 0, "", [], None])
def test_a_fact_that_does_not_hold_is_the_sentence(fact: object) -> None:
    with pytest.raises(AssertionError, match=r"^it should be there, but is not$"):
        require(fact, "it should be there, but is not")


class TestEqual:
    @pytest.mark.parametrize("value", ["completed", 5, None, ["a"], {"a": 1}])
    def test_equal_values_pass(self, value: object) -> None:
        require_equal("the value", value, value)

    @pytest.mark.parametrize(
        "seen, wanted, sentence",
        [
            ("failed", "completed", 'the status: expected "completed", got "failed"'),
            (4, 5, "the status: expected 5, got 4"),
            (None, "completed", 'the status: expected "completed", got null'),
            ("5", 5, 'the status: expected 5, got "5"'),
            ("", " ", 'the status: expected " ", got ""'),
            ({"queue", "cache"}, {"cache"}, 'the status: expected ["cache"], got ["cache", "queue"]'),
            ([], [("created", "running")], 'the status: expected [["created", "running"]], got []'),
            ({200: 5}, {("a", 1): True}, """the status: expected {"('a', 1)": true}, got {"200": 5}"""),
        ],
    )
    def test_the_sentence_tells_thing_wish_and_sight_with_texts_in_quotes(
        self, seen: object, wanted: object, sentence: str
    ) -> None:
        with pytest.raises(AssertionError) as failure:
            require_equal("the status", seen, wanted)
        assert str(failure.value) == sentence


class TestOne:
    def test_a_single_finding_is_returned(self) -> None:
        assert require_one("the VOD", iter(["vod"])) == "vod"

    @pytest.mark.parametrize("found, times", [([], 0), (["a", "b"], 2)])
    def test_none_or_several_are_counted(self, found: list[str], times: int) -> None:
        with pytest.raises(AssertionError, match=f"^the VOD: expected 1, got {times}$"):
            require_one("the VOD", found)
