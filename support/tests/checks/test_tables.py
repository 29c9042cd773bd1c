"""Tables of steps: what is wrong with one is told, with what is known instead."""

from collections.abc import Sequence

import pytest

from support.checks import tables
from support.errors import FeatureError


class Given:
    """A step's table as behave hands it over."""

    def __init__(self, headings: Sequence[str], *rows: Sequence[str]) -> None:
        self.headings = list(headings)
        self.rows = [dict(zip(headings, row, strict=True)) for row in rows]


def test_rows_are_read_by_column_and_a_column_left_out_is_empty() -> None:
    table = Given(["title", "stage"], ["City Council", "pending"])
    assert tables.read(table, ["title"], optional=["stage", "path"]) == [
        {"title": "City Council", "stage": "pending", "path": ""}
    ]


@pytest.mark.parametrize(
    "table, sentence",
    [
        (None, "this step needs a table with the columns: title, stage"),
        (Given(["title", "stag"], ["a", "b"]), 'an unknown column "stag". Did you mean "stage"?'),
        (Given(["title", "xyz"], ["a", "b"]), 'an unknown column "xyz". Known: title, stage'),
        (Given(["title"], ["a"]), "the table has no column stage; expected the columns: title, stage"),
        (Given(["title", "stage"]), "the table has no rows"),
        (Given(["title", "stage", "title"], ["a", "b", "c"]), 'the table has the column "title" twice'),
    ],
)
def test_what_is_wrong_is_told(table: Given | None, sentence: str) -> None:
    with pytest.raises(FeatureError) as failure:
        tables.read(table, ["title", "stage"])
    assert sentence in str(failure.value)


def test_a_number_is_a_whole_number() -> None:
    assert tables.parse_integer({"pending": "3"}, "pending") == 3
    with pytest.raises(FeatureError, match='column "pending": expected a whole number, got "many"'):
        tables.parse_integer({"pending": "many"}, "pending")
