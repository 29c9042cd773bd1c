"""What a value is expected to be: itself, or of a kind ("a uuid", "a time within 5 seconds"), at whatever depth.

A difference names the path, what was expected and what was seen: `answer.vods[0].title should be "x", but was "y"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from support.checks.kinds import ABSENT, FAMILIES, NUMBER, Kind, accepts_absence, is_number, moment
from support.checks.matching import require, shown
from support.jsonpaths import find


def parts_of(thing: Any) -> str:
    """Return what can be asked for of a document, in a few words: its fields, or how many entries."""
    if isinstance(thing, Mapping):
        return ", ".join(map(str, thing)) or "nothing"
    return f"{len(thing)} entries, from [0]" if isinstance(thing, list) else f"no parts, it is {shown(thing)}"


def differences(path: str, seen: Any, wanted: Any, *, exactly: bool = False) -> Iterator[str]:
    """Yield where a value is not what is wanted, each as half a sentence; `exactly` allows no further fields."""
    if isinstance(wanted, Kind):
        if not wanted.accepts(seen):
            yield f"{path} should be {wanted}, but " + _seen(seen)
    elif isinstance(wanted, Mapping) and isinstance(seen, Mapping):
        for name, value in wanted.items():
            yield from differences(f"{path}.{name}", seen.get(name, ABSENT), value, exactly=exactly)
        for name in [name for name in seen if name not in wanted] if exactly else ():
            yield f"{path}.{name} should not be there, but " + _seen(seen[name])
    elif _is_list(wanted) and _is_list(seen):
        if len(seen) != len(wanted):
            yield f"{path} should hold {len(wanted)}, but holds {len(seen)}: {shown(seen)[:200]}"
        for number, (found, value) in enumerate(zip(seen, wanted, strict=False)):
            yield from differences(f"{path}[{number}]", found, value, exactly=exactly)
    elif not _same(seen, wanted):
        yield f"{path} should be {shown(wanted)}, but " + _seen(seen) + _mixed_up(seen, wanted)


def _mixed_up(seen: object, wanted: object) -> str:
    """Return a hint where a number is a text on the other side, or a kind is written without its braces."""
    if isinstance(wanted, str) and any(re.fullmatch(family.pattern, wanted) for family in FAMILIES):
        return f": write {{{wanted}}}, in braces, if the kind is meant"
    if isinstance(seen, str) and is_number(wanted):
        return f": a text; write {shown(seen)}, with the quotes, if that is meant" if _reads_as_number(seen) else ""
    # A decimal of the database is told as a text by the API, so it may be wished as one.
    number = is_number(seen) and not isinstance(seen, Decimal)
    return ": a number; write it without quotes" if isinstance(wanted, str) and number else ""


def _reads_as_number(text: str) -> bool:
    return re.fullmatch(NUMBER, text) is not None


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _seen(seen: object) -> str:
    return "is absent" if seen is ABSENT else f"was {shown(seen)[:300]}"


def _same(seen: Any, wanted: Any) -> bool:
    """Compare as JSON does: true is not 1. A time, a UUID or a decimal of the database also equals its text."""
    if isinstance(seen, bool) or isinstance(wanted, bool):
        return seen is wanted
    if isinstance(seen, datetime) and isinstance(wanted, str):
        return moment(seen) == moment(wanted)
    if isinstance(seen, UUID | date) and isinstance(wanted, str):
        return str(seen) == wanted
    if isinstance(seen, Decimal):
        try:
            return seen == Decimal(str(wanted))
        except InvalidOperation:
            return False
    return bool(seen == wanted)


def field_differences(document: Any, wishes: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a document does not hold at its JSON paths what is wished there; a path may find several values.

    What is wished at a path is all that it holds: `{}` is an empty object.
    """
    for path, wish in wishes.items():
        found = find(document, path)
        if not found and not accepts_absence(wish):
            yield f"{path} should be {shown(wish)}, but is absent; there is: {parts_of(document)}"
            continue
        for number, value in enumerate(found or [ABSENT]):
            place = f"{path} (number {number + 1} of {len(found)})" if len(found) > 1 else path
            yield from differences(place, value, wish, exactly=True)


def require_fields(thing: str, document: Any, wishes: Mapping[str, Any]) -> None:
    """Fail with every difference between the fields of a thing, by JSON paths, and what is wished of them."""
    found = list(field_differences(document, wishes))
    require(not found, f"{thing}: {'; '.join(found)}")


def require_alike(path: str, seen: Any, wanted: Any, *, exactly: bool = False) -> None:
    """Fail with every difference between what was seen and what is wanted."""
    found = list(differences(path, seen, wanted, exactly=exactly))
    require(not found, "; ".join(found))
