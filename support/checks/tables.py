"""Tables of steps: their headings are checked, and a wrong one is told with what is known instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from support.errors import FeatureError, suggest


class Table(Protocol):
    """A step's table as behave hands it over."""

    @property
    def headings(self) -> Sequence[str]:
        """The names of the columns."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows, each a mapping from column to text."""


def read(table: Table | None, columns: Sequence[str], *, optional: Sequence[str] = ()) -> list[Mapping[str, str]]:
    """Return the rows by column; a column that was left out is an empty text.

    Fails where the table is missing or empty, lacks a column of `columns`, or has one that is not known.
    """
    known = [*columns, *optional]
    told = ", ".join(known)
    if table is None:
        raise FeatureError(f"this step needs a table below it, with the columns: {told}")
    if repeated := sorted({name for name in table.headings if table.headings.count(name) > 1}):
        raise FeatureError(f'the table has the column "{repeated[0]}" more than once')
    for heading in table.headings:
        if heading not in known:
            raise FeatureError(
                f'the table has a column "{heading}", which means nothing here.{suggest(heading, known)} '
                "(the first row of a table names its columns)"
            )
    if missing := [name for name in columns if name not in table.headings]:
        raise FeatureError(f"the table lacks the column {', '.join(missing)}; its columns are: {told}")
    if not table.rows:
        raise FeatureError("the table has no rows: a step that is given nothing checks nothing")
    return [{name: row[name] if name in table.headings else "" for name in known} for row in table.rows]


def whole(row: Mapping[str, str], column: str) -> int:
    """Return a cell as a whole number; fails with a sentence where it is none."""
    try:
        return int(row[column])
    except ValueError:
        raise FeatureError(f'"{row[column]}" in the column "{column}" should be a whole number') from None
