"""Tables of features: what is wrong with one is said in a sentence."""

import pytest
from behave.model import Table

from support.checks.tables import markdown, rows


def table(*headings: str) -> Table:
    return Table(list(headings), rows=[[f"{name} {number}" for name in headings] for number in (1, 2)])


def test_rows_come_by_column_whatever_the_order_of_the_columns() -> None:
    assert rows(table("to", "from"), "from", "to") == [
        {"from": "from 1", "to": "to 1"},
        {"from": "from 2", "to": "to 2"},
    ]


def test_a_missing_table_is_told_with_its_columns() -> None:
    with pytest.raises(AssertionError, match="this step needs a table with the columns from, to"):
        rows(None, "from", "to")


def test_a_wrong_heading_is_told_with_the_right_one() -> None:
    with pytest.raises(AssertionError) as failure:
        rows(table("form", "to", "why"), "from", "to")
    assert str(failure.value) == "the table lacks from and has unknown form, why; its columns are from, to"


def test_markdown_is_aligned_and_keeps_empty_cells() -> None:
    assert markdown(["name", "n"], [["a longer name", ""], ["b", 12]]) == (
        "| name          | n  |\n|---------------|----|\n| a longer name |    |\n| b             | 12 |\n"
    )
