from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from support.checks.cells import differences, named, nested, pairs, same, value
from support.mistakes import FeatureMistake

EARLIER, LATER = "2026-11-20T07:00:00Z", "2026-11-20T07:00:00.000001Z"


def table(headings: list[str], *rows: list[str]) -> SimpleNamespace:
    return SimpleNamespace(headings=headings, rows=[dict(zip(headings, row, strict=True)) for row in rows])


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("AAPL", "AAPL"),
        ("0.85", 0.85),
        ('"0.85"', "0.85"),
        ("nothing", None),
        ("null", None),
        ("true", True),
        ('["RSI", 1]', ["RSI", 1]),
        ("", ""),
        ("a↵b", "a\nb"),
    ],
)
def test_a_cell_is_json_where_it_can_be(cell: str, meaning: object) -> None:
    assert value(cell) == meaning


def test_text_stays_text_but_for_nothing() -> None:
    assert (value("150.00", text=True), value("nothing", text=True)) == ("150.00", None)


def test_dotted_names_lead_inside() -> None:
    cells = {"data.results.score": "0.85", "data.say": "buy", "shares": "100"}
    assert nested(cells, texts={"shares"}) == {"data": {"results": {"score": 0.85}, "say": "buy"}, "shares": "100"}


def test_a_table_of_fields_may_be_missing_but_not_wrong() -> None:
    assert pairs(None) == {}
    assert pairs(table(["field", "value"], ["state", "failed"])) == {"state": "failed"}
    with pytest.raises(FeatureMistake, match='column "what"'):
        pairs(table(["field", "what"], ["state", "failed"]))


def test_a_table_of_things_needs_their_names() -> None:
    assert named(table(["name", "limit"], ["AAPL", "1"])) == [("AAPL", {"limit": "1"})]
    with pytest.raises(FeatureMistake, match="lacks the column name"):
        named(table(["limit"], ["1"]))


class TestDifferences:
    def test_none_where_all_is_as_wanted(self) -> None:
        seen = {"a": 1, "b": {"c": "x"}, "created_at": EARLIER, "updated_at": EARLIER, "none": None}
        wanted = {"a": "1", "b.c": "x", "created_at": "a time", "updated_at": "created_at", "none": "nothing"}
        assert list(differences(seen, wanted, {})) == []

    @pytest.mark.parametrize(
        ("seen", "cell", "sentence"),
        [
            (2, "1", "field should be 1, but was 2"),
            ("1", "1", 'field should be 1, but was "1"'),
            (True, "1", "field should be 1, but was true"),
            (1, "true", "field should be true, but was 1"),
            (None, "some text", "field should be some text, but was null"),
            (" ", "some text", 'field should be some text, but was " "'),
            ("keep", "one of: buy, sell", 'field should be one of: buy, sell, but was "keep"'),
            ("2026-11-20", "a time", 'field should be a time, but was "2026-11-20"'),
            ("2026-11-20T07:00:00+00:00", "a time", 'field should be a time, but was "2026-11-20T07:00:00+00:00"'),
            (LATER, "as before", f'field should be as before, "{EARLIER}", but was "{LATER}"'),
            (EARLIER, "moved on", f'field should be a time after {EARLIER}, but was "{EARLIER}"'),
        ],
    )
    def test_a_difference_is_half_a_sentence(self, seen: object, cell: str, sentence: str) -> None:
        assert list(differences({"field": seen}, {"field": cell}, {"field": EARLIER})) == [sentence]

    def test_what_is_missing_is_told(self) -> None:
        assert list(differences({"a": {}}, {"a.b": "1"}, {})) == ["a.b should be 1, but is missing"]

    def test_a_later_time_has_moved_on(self) -> None:
        assert list(differences({"at": LATER}, {"at": "moved on"}, {"at": EARLIER})) == []
        moved = datetime.fromisoformat(LATER).astimezone(UTC)
        assert list(differences({"at": moved}, {"at": "moved on"}, {"at": EARLIER})) == []

    def test_money_is_text_to_the_last_digit(self) -> None:
        assert list(differences({"cost": 150.0}, {"cost": "150.00"}, {}, texts={"cost"}))
        assert list(differences({"cost": "150.0"}, {"cost": "150.00"}, {}, texts={"cost"}))
        assert list(differences({"cost": "150.00"}, {"cost": "150.00"}, {}, texts={"cost"})) == []


def test_a_decimal_of_the_database_is_the_text_that_says_it() -> None:
    assert same(Decimal("150.0000"), "150.00")
    assert not same(Decimal("150.0001"), "150.00")
    assert not same(Decimal(1), True)
    assert not same(Decimal(1), "many")
