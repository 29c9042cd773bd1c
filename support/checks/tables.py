"""Tables of a feature: the heading checked, the cells as text, and what is wrong said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from behave.model import Table

from support.checks.matching import require


def rows(table: Table | None, *columns: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of a step's table by column name, top to bottom.

    Fails where there is no table, or its heading is not exactly these columns in any order.
    """
    if table is None:
        raise AssertionError(f"this step needs a table with the columns {', '.join(columns)}")
    headings = list(table.headings)
    lacking = [name for name in columns if name not in headings]
    strange = [name for name in headings if name not in columns]
    complaints = [f"lacks {', '.join(lacking)}"] * bool(lacking) + [f"has unknown {', '.join(strange)}"] * bool(strange)
    require(not complaints, f"the table {' and '.join(complaints)}; its columns are {', '.join(columns)}")
    return [dict(row.items()) for row in table.rows]


def markdown(columns: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    """Return a table as Markdown, its columns aligned; what is empty stays visible as an empty cell."""
    cells = [[str(cell) for cell in line] for line in (columns, *lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(columns))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    return "\n".join([shown[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *shown[1:]]) + "\n"
