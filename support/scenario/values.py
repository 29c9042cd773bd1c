"""The values of a feature: as written, remembered (`{vod.id}`), made up (`{a unique title}`), or expected by kind."""

from __future__ import annotations

import difflib
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from support.checks.comparison import describe_structure, fail
from support.checks.json_paths import find
from support.checks.matchers import (
    ABSENT,
    DURATION,
    FAMILIES,
    Family,
    Matcher,
    parse_duration,
    parse_matcher,
    without_absent,
)
from support.checks.relative_matchers import RELATIVE_MATCHERS, parse_relative_matcher
from support.drivers.http import Response
from support.errors import FeatureError, require_feature
from support.scenario.memory import Memory
from support.scenario.names import account_name

PLACE = re.compile(r"\{([^{}]*)\}")


class Values:
    """Reads the values that one scenario writes.

    `alias` gives a thing's name in this scenario; `mark` is what makes these names unique.
    """

    def __init__(self, memory: Memory, unique_name: Callable[[str], str], suffix: str) -> None:
        self._memory = memory
        self._unique_name = unique_name
        self.mark = suffix
        self._numbers = count(1)

    def text(self, text: str) -> str:
        """Return a text with what stands in braces put in."""
        return PLACE.sub(lambda place: _plain(self._given(place[1])), text)

    def value(self, cell: str) -> Any:
        """Return what a table cell gives: a number, true, false, null, a list or object of JSON, else a text.

        Double quotes make it a text whatever it looks like: "5". It is `ABSENT` for what is to be left out.
        """
        return without_absent(self._read(cell, self._given))

    def expected(self, cell: str) -> Any:
        """Return what a table cell expects: a value, or a kind of value."""
        return self._read(cell, self._expected)

    def expected_text(self, cell: str) -> str | Matcher:
        """Return what a table cell expects of what is a text whatever it looks like, as a header is: 5 is a text."""
        expected = self._inside(cell, self._expected)
        return expected if isinstance(expected, Matcher) else _plain(expected)

    def expected_resource(self, cell: str) -> Any:
        """Return what a table cell expects of a field of one thing that was seen before: also a `Relative`."""
        whole = PLACE.fullmatch(cell.strip())
        return (parse_relative_matcher(whole[1]) if whole else None) or self.expected(cell)

    def document(self, text: str, *, expected: bool = False) -> Any:
        """Return a JSON document with the values in its texts put in."""
        hint = "" if expected else _AS_IT_IS
        read = self._inside(_json(text, hint), self._expected if expected else self._given)
        return read if expected else without_absent(read)

    def _read(self, cell: str, fill: Callable[[str], Any]) -> Any:
        content: Any = cell.strip()
        try:
            content = json.loads(content, parse_constant=_no_constant)
        except ValueError as error:
            quoted = re.fullmatch('"[^"]*"', content)
            require_feature(not quoted, f"{content} is no text of JSON: {error}. A backslash is written twice there")
        return self._inside(content, fill)

    def _inside(self, value: Any, fill: Callable[[str], Any]) -> Any:
        match value:
            case str():
                whole = PLACE.fullmatch(value)
                return fill(whole[1]) if whole else self.text(value)
            case list():
                return [self._inside(part, fill) for part in value]
            case dict():
                return {name: self._inside(part, fill) for name, part in value.items()}
        return value

    def _expected(self, name: str) -> Any:
        try:
            return parse_matcher(name) or self._given(name)
        except ValueError as error:
            raise FeatureError(f"{{{name}}}: {error}") from None

    def _given(self, name: str) -> Any:
        for invention in INVENTIONS:
            if found := re.fullmatch(invention.pattern, name):
                try:
                    return invention.make(self, *found.groups())
                except ValueError as error:
                    raise FeatureError(f"{{{name}}}: {error}") from None
        return self._remembered(name)

    def _remembered(self, name: str) -> Any:
        for known in sorted(self._memory.names, key=len, reverse=True):
            if name == known or name.startswith((f"{known}.", f"{known}[")):
                return self._part(known, name.removeprefix(known).removeprefix("."))
        raise FeatureError(_nothing_known(name, self._memory.names))

    def _part(self, known: str, path: str) -> Any:
        kept = self._memory.recall(known, object)
        if path and isinstance(kept, Response) and not kept.body:
            raise fail(
                f"{{{known}.{path}}}: {known} is what {kept} was answered, and that was empty. "
                "To use an earlier answer keep it, in the line after it: "
                'Given the answer is remembered as "vod"; then {vod.id}'
            )
        thing = plain(kept)
        if not path:
            return thing
        found = find(thing, path)
        if not found:
            sentence = f'"{known}" has no {path}; it has: {describe_structure(thing)}'
            # An answer may lack what was agreed; what steps remember of themselves may not.
            raise fail(sentence) if isinstance(kept, Response) else FeatureError(sentence)
        return found[0]

    # What can be made up

    def _number(self) -> str:
        return f"{next(self._numbers)}-{self.mark}"

    def unique(self, what: str) -> str:
        """Return a name that this scenario gives to nothing else, of a form that fits what is named."""
        forms = {
            "title": lambda: self._unique_name(f"Title {next(self._numbers)}"),
            "name": lambda: f"name-{self._number()}",
            "email": lambda: f"name-{self._number()}@example.org",
        }
        return forms[what]()

    def unique_file(self, ending: str) -> str:
        """Return a file name that this scenario gives to nothing else."""
        return f"file-{self._number()}{ending}"

    def known_as(self, name: str) -> str:
        """Return the name under which this scenario stores what the feature calls `name`."""
        return self._unique_name(name)

    def user(self, name: str, in_capitals: str | None) -> str:
        """Return the name under which this scenario stores the user that the feature calls `name`."""
        known_as = account_name(name, self.mark)
        return known_as.upper() if in_capitals else known_as


def plain(thing: object) -> Any:
    """Return what is remembered as plain data: an answer as its JSON, an object as its fields."""
    if isinstance(thing, Response):
        return thing.json
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing) if field.name[0] != "_"}
    return thing


def _day(offset: float) -> str:
    return (datetime.now(UTC) + timedelta(days=offset)).date().isoformat()


def _time(offset: float) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=offset)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


INVENTIONS = (
    Family("a unique (title|name|email)", "a name that nothing else has", "a unique title", Values.unique),
    Family(r"a unique file ending in (\.\w+)", "such a file name", "a unique file ending in .wav", Values.unique_file),
    Family("unique (.+)", "the same name, made unique to this scenario", "unique City Council", Values.known_as),
    Family(r"user (\w+)( in capitals)?", "such a name of a user; {user Alma in capitals}", "user Alma", Values.user),
    Family("the mark", "what makes all names of this scenario unique", "the mark", lambda values: values.mark),
    Family("a uuid", "a random UUID", "a uuid", lambda values: str(uuid4())),
    Family("today", "the date of today, UTC", "today", lambda values: _day(0)),
    Family("yesterday", "the date of yesterday", "yesterday", lambda values: _day(-1)),
    Family("tomorrow", "the date of tomorrow", "tomorrow", lambda values: _day(1)),
    Family("a date next week", "the date seven days from today", "a date next week", lambda values: _day(7)),
    Family(r"a date in (\d+) days?", "a date to come", "a date in 3 days", lambda values, n: _day(int(n))),
    Family(r"a date (\d+) days? ago", "a date gone by", "a date 3 days ago", lambda values, n: _day(-int(n))),
    Family("now", "the present time", "now", lambda values: _time(0)),
    Family(
        f"a time in {DURATION}", "a time to come", "a time in 5 minutes", lambda values, n: _time(parse_duration(n))
    ),
    Family(
        f"a time {DURATION} ago", "a time gone by", "a time 1 hour ago", lambda values, n: _time(-parse_duration(n))
    ),
    Family(
        r"a text of (\d+) characters?",
        "a text of this length, the same one each time",
        "a text of 256 characters",
        lambda values, n: ("abcdefghij " * (int(n) // 11 + 1))[: int(n)].replace(" ", "-"),
    ),
    Family(
        r"a number between (-?\d+) and (-?\d+)",
        "a random whole number, both included",
        "a number between 1 and 9",
        lambda values, low, high: random.randint(int(low), int(high)),
    ),
    Family("absent", "the field is left out", "absent", lambda values: ABSENT),
    Family("an opening brace", "{, where it is meant itself", "an opening brace", lambda values: "{"),
)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


_AS_IT_IS = '. To send it as it is, write in the step: sends POST /path as "application/json"'


def _json(text: str, hint: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise FeatureError(
            f"the step's text the step is no JSON: {error}. Values in braces stand in double quotes as well: "
            f'"{{vod.id}}"{hint}'
        ) from None


def _plain(value: Any) -> str:
    if isinstance(value, Matcher) or value is ABSENT:
        raise FeatureError(f"{{{value}}} can only stand by itself, not inside a text")
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _nothing_known(name: str, remembered: Iterable[str]) -> str:
    if parse_relative_matcher(name) is not None:
        return (
            f"{{{name}}} can only be expected of a field of one thing that the scenario has made, as the whole cell: "
            'Then the user "Alma" is stored with'
        )
    if parse_matcher(name) is not None:
        return f"{{{name}}} can be expected, but not be sent"
    known = list(remembered)
    examples = [one.example for one in (*INVENTIONS, *FAMILIES, *RELATIVE_MATCHERS)]
    near = difflib.get_close_matches(name, [*known, *examples], n=1, cutoff=0.6)
    called = re.split(r"[.\[]", name)[0]
    ending = [one for one in known if one.endswith(f" {called}")]  # {AAPL.id} for {research session AAPL.id}
    first = ending or difflib.get_close_matches(called, known, n=1, cutoff=0.6)
    likely = first[0] + name[len(called) :] if first else near[0] if near else None
    meant = f" Did you mean {{{likely}}}?" if likely else ""
    message = ", ".join(f'"{one}"' for one in known) or "nothing yet"
    return f"{{{name}}} means nothing here.{meant} Remembered: {message}. All that can be made up: acceptance values"
