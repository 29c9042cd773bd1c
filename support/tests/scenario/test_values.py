"""Values of a feature: remembered, made up, expected by kind; and what is said of those that make no sense."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from support.checks.comparison import differences, field_differences, require_fields, require_match
from support.checks.matchers import ABSENT, FAMILIES, parse_duration, parse_matcher
from support.checks.relative_matchers import RELATIVE_MATCHERS, RelativeMatcher
from support.errors import FeatureError
from support.gherkin.personas import PERSONAS
from support.scenario.memory import Memory
from support.scenario.values import INVENTIONS, Values


@pytest.fixture
def memory() -> Memory:
    made = Memory()
    made.remember("vod", {"id": 7, "tags": ["news", "council"], "owner": {"name": "dana"}})
    made.remember("City Council", PERSONAS["Dana"])
    return made


@pytest.fixture
def values(memory: Memory) -> Values:
    return Values(memory, lambda name: f"{name} · x7f3a12c4", "x7f3a12c4")


class TestWhatACellGives:
    @pytest.mark.parametrize(
        "cell, value",
        [
            ("City Council", "City Council"),
            ("5", 5),
            ("12.5", 12.5),
            ('"5"', "5"),
            ("true", True),
            ("null", None),
            ("", ""),
            ("007", "007"),
            ("NaN", "NaN"),
            ('["a", "{vod.id}"]', ["a", 7]),
            ("{vod.id}", 7),
            ("{vod.tags[1]}", "council"),
            ("{vod.owner.name}", "dana"),
            ("VOD {vod.id} of {vod.owner.name}", "VOD 7 of dana"),
            ("{City Council.name}", "Dana"),
            ("{unique City Council}", "City Council · x7f3a12c4"),
            ("{the mark}", "x7f3a12c4"),
            ("{user Alma}@example.org", "alma-x7f3a12c4@example.org"),
            ("{user Alma in capitals}", "ALMA-X7F3A12C4"),
            ("{an opening brace}vod.id}", "{vod.id}"),
            ('"a\\nb"', "a\nb"),
            ("{a text of 256 characters}", None),
        ],
    )
    def test_it_is_what_it_looks_like(self, values: Values, cell: str, value: Any) -> None:
        seen = values.value(cell)
        if cell.endswith("characters}"):
            assert len(seen) == 256
        else:
            assert (seen, type(seen)) == (value, type(value))

    def test_what_is_unique_is_another_each_time_and_holds_the_mark(self, values: Values) -> None:
        for what in ("a unique title", "a unique name", "a unique email", "a unique file ending in .wav"):
            made = [values.value(f"{{{what}}}") for _ in range(3)]
            assert len(set(made)) == 3
            assert all("x7f3a12c4" in one for one in made)

    def test_days_and_times_are_counted_from_now(self, values: Values) -> None:
        today = datetime.now(UTC).date()
        assert values.value("{a date next week}") == (today + timedelta(days=7)).isoformat()
        assert values.value("{a date 3 days ago}") == (today - timedelta(days=3)).isoformat()
        told = datetime.fromisoformat(values.value("{a time in 5 minutes}"))
        assert abs((told - datetime.now(UTC)).total_seconds() - 300) < 5

    def test_a_text_of_a_length_is_expected_as_it_was_sent(self, values: Values) -> None:
        sent = values.value("{a text of 255 characters}")
        assert len(sent) == 255
        assert values.expected("{a text of 255 characters}") == sent

    def test_what_is_absent_is_left_out(self, values: Values) -> None:
        assert values.value("{absent}") is ABSENT
        assert values.value('{"a": "{absent}", "b": [1, "{absent}"]}') == {"b": [1]}
        assert values.document('{"a": {"b": "{absent}"}, "c": 1}') == {"a": {}, "c": 1}

    def test_every_example_of_the_catalogue_can_be_made_up(self, values: Values) -> None:
        for invention in INVENTIONS:
            assert values.value(f"{{{invention.example}}}") is not None

    @pytest.mark.parametrize(
        "cell, sentence",
        [
            ("{vdo.id}", 'Did you mean {vod.id}? Remembered: "vod", "City Council"'),
            ("{Council.id}", "Did you mean {City Council.id}?"),
            ("{vod.titel}", '"vod" has no titel; it has: id, tags, owner'),
            ("{vod.tags[9]}", '"vod" has no tags[9]'),
            ("{a unqiue title}", "Did you mean {a unique title}?"),
            ("{anything}", "{anything} can be expected, but not be sent"),
            ("not {absent}", "{absent} can only stand by itself, not inside a text"),
            ('"C:\\council"', '"C:\\council" is no text of JSON: Invalid \\escape'),
            ("{as befor}", "Did you mean {as before}?"),
            ("{a time in 5 parsecs}", "with one of the units ms, seconds, minutes, hours, days"),
            ("{vod.tags[}", "invalid JSON path"),
        ],
    )
    def test_a_mistake_says_what_is_known(self, values: Values, cell: str, sentence: str) -> None:
        with pytest.raises(FeatureError, match=re.escape(sentence)):
            values.value(cell)

    @pytest.mark.parametrize("name", [family.example for family in RELATIVE_MATCHERS])
    def test_what_tells_only_of_one_thing_is_refused_elsewhere(self, values: Values, name: str) -> None:
        sentence = f"{{{name}}} can only be expected of a field of one thing that the scenario has made, as the whole"
        assert isinstance(values.expected_resource(f"{{{name}}}"), RelativeMatcher)
        for read, cell in (
            (values.expected, f"{{{name}}}"),
            (values.value, f"{{{name}}}"),
            (values.expected_resource, f'["{{{name}}}"]'),
            (values.expected_resource, f"not {{{name}}}"),
        ):
            with pytest.raises(FeatureError, match=re.escape(sentence)):
                read(cell)

    def test_what_is_expected_of_one_thing_may_be_anything_else_as_well(self, values: Values) -> None:
        assert values.expected_resource("{vod.id}") == 7
        assert str(values.expected_resource("{a time}")) == "a time"
        assert values.expected_resource('["AAPL"]') == ["AAPL"]

    def test_a_document_that_is_no_json_says_where(self, values: Values) -> None:
        with pytest.raises(FeatureError, match=r"no JSON: .*line 1 column \d"):
            values.document('{"id": {vod.id}}')

    def test_how_to_send_what_is_no_json_is_told_only_where_something_is_sent(self, values: Values) -> None:
        with pytest.raises(FeatureError, match="To send it as it is, write in the step: sends POST /path as"):
            values.document("{")
        with pytest.raises(FeatureError) as failure:
            values.document("{", expected=True)
        assert "as it is" not in str(failure.value)


GOOD: dict[str, list[Any]] = {
    "anything": [None, 0, "", []],
    "absent": [ABSENT],
    "a text": ["", "x"],
    "some text": ["x"],
    "a number": [0, -1.5, Decimal("1.50")],
    "a whole number": [0, 3, 3.0],
    "a number between 0 and 1": [0, 1, 0.5, Decimal("0.1")],
    "more than 0": [0.1, 7],
    "less than 10": [9, -1],
    "at least 1": [1, 2],
    "at most 100": [100, 0],
    "true or false": [True, False],
    "a uuid": ["9b2f6c1e-58ad-44e8-a84e-469f49ada4da", uuid4()],
    "a time": ["2026-01-01T00:00:00Z", datetime.now(UTC)],
    "a time within 5 seconds": [],  # see below: now is when the test runs
    "a date": ["2026-12-31", date(2026, 12, 31)],
    "matching ^City": ["City Council"],
    "containing Council": ["City Council", ["Council"]],
    "one of pending, processing": ["pending", "processing"],
    "a list": [[], [1]],
    "a list of 3": [[1, 2, 3]],
    "a list of at least 1": [[1], [1, 2]],
    "a list of at most 20": [[], [1] * 20],
    "an object": [{}],
    "empty": ["", [], {}],
    "not null": [0, "", False],
}
BAD: dict[str, list[Any]] = {
    "anything": [],
    "absent": [None, 0],
    "a text": [5, None],
    "some text": ["", " \n", 5, None],
    "a number": ["5", True, None],
    "a whole number": [3.5, "3", True],
    "a number between 0 and 1": [1.01, -0.1, "0.5", True, None],
    "more than 0": [0, "1"],
    "less than 10": [10],
    "at least 1": [0],
    "at most 100": [100.5],
    "true or false": [1, 0, "true", None],
    "a uuid": ["7", 7, None, "0905eb48a67445d34a8d62"],
    "a time": ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "today", 5],
    "a time within 5 seconds": ["2026-01-01T00:00:00+00:00", None],
    "a date": ["2026-13-01", "31.12.2026", "2026-01-01T00:00:00Z"],
    "matching ^City": ["The City", 5, None],
    "containing Council": ["City", [], None],
    "one of pending, processing": ["failed", None],
    "a list": ["", {}, None],
    "a list of 3": [[1], "abc"],
    "a list of at least 1": [[]],
    "a list of at most 20": [[1] * 21],
    "an object": [[], None],
    "empty": [None, 0, [1], "x"],
    "not null": [None],
}


class TestKinds:
    def test_every_kind_of_the_catalogue_has_its_cases_here(self) -> None:
        assert {family.example for family in FAMILIES} == set(GOOD) == set(BAD)

    @pytest.mark.parametrize("text, value", [(text, value) for text, found in GOOD.items() for value in found])
    def test_it_takes_what_it_says(self, text: str, value: Any) -> None:
        expected = parse_matcher(text)
        assert expected is not None
        assert expected.accepts(value)

    @pytest.mark.parametrize(
        "text, value", [(text, value) for text, found in BAD.items() for value in [*found, ABSENT] if text != "absent"]
    )
    def test_it_refuses_everything_else(self, text: str, value: Any) -> None:
        expected = parse_matcher(text)
        assert expected is not None
        assert not expected.accepts(value)

    def test_a_time_within_some_seconds_is_near_now(self) -> None:
        near = parse_matcher("a time within 5 seconds")
        assert near is not None
        assert near.accepts(datetime.now(UTC).isoformat().replace("+00:00", "Z"))

    @pytest.mark.parametrize("text, value", [("2 seconds", 2), ("500 ms", 0.5), ("1 minute", 60), ("2 days", 172800)])
    def test_durations(self, text: str, value: float) -> None:
        assert parse_duration(text) == value


class TestDifferences:
    def told(self, seen: Any, wanted: Any, *, exactly: bool = False) -> list[str]:
        return list(differences("answer", seen, wanted, exactly=exactly))

    def test_they_name_the_path_what_was_expected_and_what_was_seen(self) -> None:
        seen = {"vods": [{"title": "x", "score": 2}], "total": "1"}
        wanted = {"vods": [{"title": "y", "score": parse_matcher("a number between 0 and 1"), "id": 7}], "total": 1}
        assert self.told(seen, wanted) == [
            'answer.vods[0].title: expected "y", got "x"',
            "answer.vods[0].score: expected a number between 0 and 1, got 2",
            "answer.vods[0].id: expected 7, got nothing",
            'answer.total: expected 1, got "1" (a text: to expect it, write "1" with the quotes)',
        ]

    def test_a_text_that_looks_like_a_number_is_told_apart(self) -> None:
        assert self.told("750.00", 750.0) == [
            'answer: expected 750.0, got "750.00" (a text: to expect it, write "750.00" with the quotes)'
        ]
        assert self.told(750, "750") == [
            'answer: expected "750", got 750 (a number: to expect it, write it without quotes)'
        ]
        assert self.told("x", 5) == ['answer: expected 5, got "x"']

    def test_a_kind_without_its_braces_is_told(self) -> None:
        hint = " (to match one of a, b, write it in braces: {one of a, b})"
        assert self.told("a", "one of a, b") == [f'answer: expected "one of a, b", got "a"{hint}']

    def test_further_fields_are_let_be_unless_it_is_exactly(self) -> None:
        assert self.told({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 2}}) == []
        assert self.told({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 2}}, exactly=True) == [
            "answer.b.d: expected absent, got 3",
            "answer.a: expected absent, got 1",
        ]

    def test_lists_are_compared_one_by_one_and_in_length(self) -> None:
        assert self.told([1, 2], [1, 3]) == ["answer[1]: expected 3, got 2"]
        [told] = self.told([1], [1, 2])
        assert told.startswith("answer: expected 2 items, got 1")

    @pytest.mark.parametrize("seen, wanted", [(True, 1), (1, True), (0, False), ("1", 1), (None, ABSENT), ([], {})])
    def test_what_looks_alike_is_not_the_same(self, seen: Any, wanted: Any) -> None:
        assert len(self.told(seen, wanted)) == 1

    def test_a_value_of_the_database_equals_its_text(self) -> None:
        moment, id = datetime(2026, 1, 1, tzinfo=UTC), uuid4()
        require_match("row", {"at": moment, "id": id}, {"at": "2026-01-01T00:00:00Z", "id": str(id)})
        with pytest.raises(AssertionError):
            require_match("row", moment, "2026-01-01T00:00:01Z")

    def test_a_decimal_of_the_database_is_the_number_or_text_that_says_it_exactly(self) -> None:
        for wanted in ("150.00", "150", 150, 150.0):
            assert self.told(Decimal("150.0000"), wanted) == []
        others: list[Any] = ["150.00", 150, True, "many", None, []]
        for other in others:
            assert len(self.told(Decimal("150.0001"), other)) == 1
        assert len(self.told(Decimal(1), True)) == 1
        assert self.told(Decimal(1), "2") == ['answer: expected "2", got 1']

    def test_money_is_text_to_the_last_digit(self) -> None:
        assert self.told("150.00", "150.00") == []
        for seen in (150.0, "150.0", "150.001"):
            assert len(self.told(seen, "150.00")) == 1


class TestFields:
    SEEN = {"title": "City Council", "progress": 40, "data": {"a": 1, "b": [1, 2]}, "show_id": None, "a.b": "dotted"}  # noqa: RUF012

    def test_fields_that_are_as_wished_pass(self) -> None:
        wishes = {
            "title": "City Council",
            "data.a": 1,
            "data.b[*]": parse_matcher("a number"),
            "show_id": None,
            "colour": parse_matcher("absent"),
            "a.b": "dotted",
        }
        require_fields("the VOD", self.SEEN, wishes)

    def test_every_difference_is_told_with_the_thing(self) -> None:
        with pytest.raises(AssertionError) as failure:
            require_fields("the VOD", self.SEEN, {"title": "Town Hall", "progress": True, "data.b[*]": 1, "id": 7})
        assert str(failure.value) == (
            'the VOD: title: expected "Town Hall", got "City Council"; progress: expected true, got 40; '
            "data.b[1]: expected 1, got 2; "
            "id: expected 7, got nothing (there is: title, progress, data, show_id, a.b)"
        )

    def test_what_is_wished_of_a_field_is_all_that_it_holds(self) -> None:
        assert list(field_differences(self.SEEN, {"data": {"b": [1, 2]}})) == ["data.a: expected absent, got 1"]
        assert list(field_differences({"data": {"a": 1}}, {"data": {}})) != []
