"""Read the tables of steps; unknown columns are rejected with a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from support.errors import FeatureError, suggest


class Table(Protocol):
    """A step's table as behave passes it."""

    @property
    def headings(self) -> Sequence[str]:
        """The names of the columns."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows, each a mapping from column to text."""


def read(table: Table | None, columns: Sequence[str], *, optional: Sequence[str] = ()) -> list[Mapping[str, str]]:
    """Return the rows by column; an omitted optional column is an empty text.

    Raises FeatureError for a missing or empty table, a missing column of `columns`, and an unknown column.
    """
    known = [*columns, *optional]
    names = ", ".join(known)
    if table is None:
        raise FeatureError(f"this step needs a table with the columns: {names}")
    if repeated := sorted({name for name in table.headings if table.headings.count(name) > 1}):
        raise FeatureError(f'the table has the column "{repeated[0]}" twice')
    for heading in table.headings:
        if heading not in known:
            raise FeatureError(
                f'the table has an unknown column "{heading}".{suggest(heading, known)} '
                "(the first row of a table names its columns)"
            )
    if missing := [name for name in columns if name not in table.headings]:
        raise FeatureError(f"the table has no column {', '.join(missing)}; expected the columns: {names}")
    if not table.rows:
        raise FeatureError("the table has no rows, so that the step would check nothing")
    return [{name: row[name] if name in table.headings else "" for name in known} for row in table.rows]


def parse_integer(row: Mapping[str, str], column: str) -> int:
    """Return a cell as an integer. Raises FeatureError for any other text."""
    try:
        return int(row[column])
    except ValueError:
        raise FeatureError(f'column "{column}": expected a whole number, got "{row[column]}"') from None
