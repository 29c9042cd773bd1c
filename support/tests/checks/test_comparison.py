"""The sentences that failed checks of values say."""

import pytest

from support.checks.comparison import fail, require, require_equal, require_one


def test_a_failure_is_an_assertion_with_its_sentence() -> None:
    failure = fail("the sky should be blue, but was grey")
    assert type(failure) is AssertionError
    assert str(failure) == "the sky should be blue, but was grey"


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
            ("failed", "completed", 'the status should be "completed", but was "failed"'),
            (4, 5, "the status should be 5, but was 4"),
            (None, "completed", 'the status should be "completed", but was null'),
            ("5", 5, 'the status should be 5, but was "5"'),
            ("", " ", 'the status should be " ", but was ""'),
            ({"queue", "cache"}, {"cache"}, 'the status should be ["cache"], but was ["cache", "queue"]'),
            ([], [("created", "running")], 'the status should be [["created", "running"]], but was []'),
            ({200: 5}, {("a", 1): True}, """the status should be {"('a', 1)": true}, but was {"200": 5}"""),
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
        with pytest.raises(AssertionError, match=f"^the VOD should be there once, but was there {times} times$"):
            require_one("the VOD", found)
