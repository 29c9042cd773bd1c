"""What changed in the stores: every record before, every record after, and the differences in words.

A table of changes tells them one by one:

    | store | record       | field    | from     | to         |
    | vods  | City Council | status   | pending  | processing |
    | vods  | City Council | progress | 0        | {anything} |
    | tasks | City Council |          | {absent} | {anything} |

`record` is the name of a thing that the scenario knows: its own record, or one that refers to it. A record that came or
went is one change, whatever its fields; a table of nothing else needs no column `field`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.checks.comparison import differences, shown
from support.checks.matchers import ABSENT, Matcher, moment
from support.errors import FeatureError
from support.evidence.masking import is_secret_name

State = Mapping[tuple[str, str], Mapping[str, Any]]
"""Records by store and key; a record is its fields."""


@dataclass(frozen=True)
class Change:
    """A field that went from one value to another, or (without `field`) a record that came or went.

    What is not there is `ABSENT`.
    """

    store: str
    key: str
    field: str
    old: Any
    new: Any
    record: Mapping[str, Any]

    def __str__(self) -> str:
        if not self.field:
            return f"{self.store} {self.key} " + ("appeared" if self.old is ABSENT else "is gone")
        if is_secret_name(self.field):
            return f"{self.store} {self.key}: {self.field} became another"
        return f"{self.store} {self.key}: {self.field} went from {shown(self.old)} to {shown(self.new)}"


@dataclass(frozen=True)
class Expectation:
    """A row of a table of changes; `id` is the id of what `record` names."""

    store: str
    record: str
    id: str
    field: str
    old: Any
    new: Any

    def accepts(self, change: Change) -> bool:
        """Whether this is the change that the row tells."""
        return (
            (self.store, self.field) == (change.store, change.field)
            and (self.id == change.key or self.id in _texts(change.record))
            and _accepts(self.old, change.old)
            and _accepts(self.new, change.new)
        )

    def __str__(self) -> str:
        what = f"{self.field} " if self.field else ""
        return f'{self.store} "{self.record}" {what}from {shown(self.old)} to {shown(self.new)}'

    @property
    def looseness(self) -> int:
        """How many of its ends are of a kind, not of a value; the kind that takes anything counts more."""
        return sum(2 if str(end) == "anything" else 1 for end in (self.old, self.new) if isinstance(end, Matcher))


COLUMNS = ("store", "record", "from", "to")


def changes(before: State, after: State) -> Iterator[Change]:
    """Yield each difference between two states, by store, key and field."""
    for store, key in sorted(before.keys() | after.keys()):
        old, new = before.get((store, key)), after.get((store, key))
        if old is None or new is None:
            ends = ABSENT if old is None else old, ABSENT if new is None else new
            yield Change(store, key, "", *ends, new or old or {})
        else:
            for name in sorted(old.keys() | new.keys()):
                if old.get(name) != new.get(name):
                    yield Change(store, key, name, old.get(name), new.get(name), new)


def compare(wanted: Sequence[Expectation], found: Sequence[Change]) -> tuple[list[Expectation], list[Change]]:
    """Return the wishes that no change fulfils, and the changes that no wish tells; each counts for one other."""
    missing, unlisted = [], list(found)
    for wish in sorted(wanted, key=lambda wish: wish.looseness):
        fitting = next((change for change in unlisted if wish.accepts(change)), None)
        if fitting is None:
            missing.append(wish)
        else:
            unlisted.remove(fitting)
    return missing, unlisted


def expectation(row: Mapping[str, str], identity: Callable[[str], str], read: Callable[[str], Any]) -> Expectation:
    """Return what a row of a table of changes tells.

    `identity` gives the id of what the scenario knows by a name, `read` what a cell expects.
    """
    told = Expectation(
        row["store"], row["record"], identity(row["record"]), row["field"], read(row["from"]), read(row["to"])
    )
    kinds = {str(end) for end in (told.old, told.new) if isinstance(end, Matcher)}
    if not told.field and kinds != {"absent", "anything"}:
        raise FeatureError(
            f'a change of {told.store} "{told.record}" without a field is from {{absent}} to {{anything}}, or back'
        )
    return told


def _accepts(wish: Any, value: Any) -> bool:
    # A time of the database stands in a record as a text with its offset.
    return any(not any(differences("", seen, wish, exactly=True)) for seen in (value, moment(value) or value))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text inside a record, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
