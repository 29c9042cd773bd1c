"""What may stand below a step, a table or a text: as much as its function reads. What nobody reads checks nothing."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

TABLE, TEXT = "table", "text"


def unread(step: Callable[..., Any], *, table: bool, text: bool) -> str:
    """Return what is wrong with that which stands below a step; empty where all of it is read."""
    taken = read_by(inspect.unwrap(step))
    if table and text:
        return "a table and a text stand below this step: one of them would not be read"
    for given, what, other in ((table, TABLE, TEXT), (text, TEXT, TABLE)):
        if given and what not in taken:
            meant = f"write a {other} instead" if other in taken else "take it away, or write the step it is for"
            return f"a {what} stands below this step, which takes none and would not read it: {meant}"
    return ""


@cache
def read_by(function: Callable[..., Any]) -> frozenset[str]:
    """Return which of table and text a function reads of its `context`, by itself or through what it passes it on to.

    What cannot be followed is taken to read both: nobody is refused what may be right.
    """
    return frozenset(_read(function))


def _read(function: Callable[..., Any]) -> Iterator[str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError):
        yield from (TABLE, TEXT)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_context(node.value) and node.attr in (TABLE, TEXT):
            yield node.attr
        elif isinstance(node, ast.Call) and any(map(_is_context, _arguments(node))):
            callee = _named(node.func, inspect.unwrap(function).__globals__)
            yield from read_by(callee) if callee is not None else (TABLE, TEXT)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_context(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "context"


def _named(node: ast.expr, names: dict[str, Any]) -> Callable[..., Any] | None:
    """Return the function that `name` or `module.name` means; None where it is neither."""
    if isinstance(node, ast.Name):
        found = names.get(node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        found = getattr(names.get(node.value.id), node.attr, None)
    else:
        found = None
    return found if inspect.isfunction(found) else None
