"""What is wrong with the entries of a TOML file, told to who wrote it."""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo


def problems(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Yield what is wrong with each entry.

    A field's description says what should stand there. Not for files is a field with `exclude=True`; the value of one
    with `repr=False` may be a secret, and is not told.
    """
    for issue in error.errors():
        path = [part for part in issue["loc"] if isinstance(part, str)]  # what is in a list is told as the list's
        *sections, name = path
        kind, field = _at(model, [] if issue["type"] == "extra_forbidden" else path)
        match issue["type"]:
            case "extra_forbidden" if sections and name in _entries(model) and not _is_section(_at(model, [name])[0]):
                yield f"{name} stands below [{'.'.join(sections)}]: write it above the first section"
            case "extra_forbidden":
                yield unknown(_place(path, isinstance(issue["input"], Mapping)), name, _shown(_at(model, sections)[0]))
            case "missing":
                yield f"{_place(sections, True)} lacks {name}, {_described(kind, field)}"
            case "value_error":
                yield f"{_place(path, _is_section(kind))} {issue['ctx']['error']}"
            case "enum":
                word, words = issue["input"], {str(one): _told(one) for one in get_args(kind)[0]}
                yield unknown(f"{name}: {_told(word)}", str(word), words)
            case _:
                message = field is not None and field.repr and not _is_model(kind)
                actual = f", and is {_told(issue['input'])}" if message else ""
                yield f"{_place(path, _is_section(kind))} should be {_described(kind, field)}{actual}"


def unknown(what: str, word: str, known: Mapping[str, str]) -> str:
    """Return that something is not known, and what its word probably meant; `known` tells how each word is shown."""
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"did you mean {known[near[0]]}?" if near else f"known: {', '.join(known.values())}"
    return f"{what} is not known ({hint})"


def _at(model: type[BaseModel], path: Sequence[str]) -> tuple[Any, FieldInfo | None]:
    """Return the type of what should stand at a path, and the last field on the way there."""
    kind: Any = model
    field = None
    for name in path:
        if _is_model(kind):
            field = _entries(kind)[name]
            kind = field.annotation
            kind = get_args(kind)[0] if isinstance(kind, UnionType) else kind  # what may be left out
        else:
            kind = get_args(kind)[1]  # of the values of a dict
    return kind, field


def _entries(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items() if not field.exclude}


def _is_model(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, BaseModel)


def _is_section(kind: Any) -> bool:
    return _is_model(kind) or getattr(kind, "__origin__", None) is dict


def _shown(model: type[BaseModel]) -> dict[str, str]:
    return {name: _place([name], _is_section(_at(model, [name])[0])) for name in _entries(model)}


def _place(path: Sequence[str], section: bool) -> str:
    if section:
        return f"[{'.'.join(path)}]"
    *sections, name = path
    return f"[{'.'.join(sections)}] {name}" if sections else name


def _described(kind: Any, field: FieldInfo | None) -> str:
    if _is_model(kind):
        return f"a section with {', '.join(_entries(kind))}"
    return str(field.description) if field else ""


def _told(value: object) -> str:
    if isinstance(value, dict | list):
        return "a section" if isinstance(value, dict) else "a list"
    return json.dumps(value, default=str, ensure_ascii=False)
