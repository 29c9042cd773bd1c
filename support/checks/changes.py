"""Compare the state of the stores before and after an action.

A table of changes lists them one by one:

    | store | record       | field    | from     | to         |
    | vods  | City Council | status   | pending  | processing |
    | vods  | City Council | progress | 0        | {anything} |
    | tasks | City Council |          | {absent} | {anything} |

`record` is the name of a resource of the scenario: its own record, or one that refers to it. A created or deleted
record is one change, regardless of its fields; a table without other changes needs no column `field`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.checks.comparison import differences, format_value
from support.checks.matchers import ABSENT, Matcher, to_datetime
from support.errors import FeatureError
from support.evidence.masking import is_secret_name

State = Mapping[tuple[str, str], Mapping[str, Any]]
"""Records by store and key; a record is its fields."""


@dataclass(frozen=True)
class Change:
    """A field whose value changed, or (without `field`) a record that was created or deleted.

    `old` of a created record and `new` of a deleted one are `ABSENT`.
    """

    store: str
    key: str
    field: str
    old: Any
    new: Any
    record: Mapping[str, Any]

    def __str__(self) -> str:
        if not self.field:
            return f"{self.store} {self.key} " + ("was created" if self.old is ABSENT else "was deleted")
        if is_secret_name(self.field):
            return f"{self.store} {self.key}: {self.field} changed (secret)"
        return (
            f"{self.store} {self.key}: {self.field} changed from {format_value(self.old)} to {format_value(self.new)}"
        )


@dataclass(frozen=True)
class Expectation:
    """A row of a table of changes; `id` is the id of the resource `record`."""

    store: str
    record: str
    id: str
    field: str
    old: Any
    new: Any

    def accepts(self, change: Change) -> bool:
        """Whether the row describes this change."""
        return (
            (self.store, self.field) == (change.store, change.field)
            and (self.id == change.key or self.id in _texts(change.record))
            and _accepts(self.old, change.old)
            and _accepts(self.new, change.new)
        )

    def __str__(self) -> str:
        name = f"{self.field} " if self.field else ""
        return f'{self.store} "{self.record}" {name}from {format_value(self.old)} to {format_value(self.new)}'

    @property
    def looseness(self) -> int:
        """How many of both values are matchers; the matcher `anything` counts twice."""
        return sum(2 if str(value) == "anything" else 1 for value in (self.old, self.new) if isinstance(value, Matcher))


COLUMNS = ("store", "record", "from", "to")


def changes(before: State, after: State) -> Iterator[Change]:
    """Yield each difference between two states, by store, key and field."""
    for store, key in sorted(before.keys() | after.keys()):
        old, new = before.get((store, key)), after.get((store, key))
        if old is None or new is None:
            yield Change(
                store, key, "", ABSENT if old is None else old, ABSENT if new is None else new, new or old or {}
            )
        else:
            for name in sorted(old.keys() | new.keys()):
                if old.get(name) != new.get(name):
                    yield Change(store, key, name, old.get(name), new.get(name), new)


def compare(expected: Sequence[Expectation], found: Sequence[Change]) -> tuple[list[Expectation], list[Change]]:
    """Return the expectations without a change and the changes without an expectation; each pairs with one other."""
    missing, unlisted = [], list(found)
    for expectation in sorted(expected, key=lambda one: one.looseness):
        match = next((change for change in unlisted if expectation.accepts(change)), None)
        if match is None:
            missing.append(expectation)
        else:
            unlisted.remove(match)
    return missing, unlisted


def parse_expectation(
    row: Mapping[str, str], identity: Callable[[str], str], read: Callable[[str], Any]
) -> Expectation:
    """Return the expectation of a row of a table of changes.

    `identity` returns the id of a resource of the scenario by its name, `read` the expected value of a cell.
    """
    expectation = Expectation(
        row["store"], row["record"], identity(row["record"]), row["field"], read(row["from"]), read(row["to"])
    )
    matchers = {str(value) for value in (expectation.old, expectation.new) if isinstance(value, Matcher)}
    if not expectation.field and matchers != {"absent", "anything"}:
        raise FeatureError(
            f'{expectation.store} "{expectation.record}" without a field: expected from {{absent}} to '
            "{anything} (created) or from {anything} to {absent} (deleted)"
        )
    return expectation


def _accepts(expected: Any, value: Any) -> bool:
    # A time of the database is a text with its offset in a record.
    return any(not any(differences("", one, expected, exactly=True)) for one in (value, to_datetime(value) or value))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a record, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
