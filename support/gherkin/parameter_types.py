"""Typed parameters of step texts. Their patterns are bounded, so that no step text matches another one's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import behave

from support.checks.matchers import UNITS, parse_duration
from support.gherkin.personas import PERSONAS, PRONOUNS, UNAUTHENTICATED


@dataclass(frozen=True)
class ParameterType:
    """What a parameter matches (a regular expression), its meaning for a reader, and the conversion for the step.

    `choices` are all values that it matches, where these are few.
    """

    pattern: str
    meaning: str
    convert: Callable[[str], object] = str
    choices: tuple[str, ...] = ()


class Request(NamedTuple):
    """A method and a path, as a feature writes them."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def one_of(values: Iterable[str], meaning: str, convert: Callable[[str], object] = str) -> ParameterType:
    """Return a type that matches these values and nothing else."""
    choices = tuple(values)
    return ParameterType("|".join(map(re.escape, choices)), meaning, convert, choices)


def amount(noun: str) -> ParameterType:
    """Return a type for a number of items: no rows, 1 row, 20 rows."""
    pattern = rf"(?:no|\d+) {noun}s?"
    return ParameterType(pattern, f"how many: no {noun}s, 1 {noun}, 20 {noun}s", lambda text: whole(text.split()[0]))


def whole(word: str) -> int:
    """Return a number of items; "no" is 0."""
    return 0 if word == "no" else int(word)


def _times(text: str) -> int:
    return {"once": 1, "twice": 2}.get(text) or int(text.removesuffix(" times"))


def _repeat(text: str) -> int | None:
    return None if text == "always" else _times(text)


def _request(text: str) -> Request:
    method, path = text.split(" ", 1)
    return Request(method, path)


def _within(text: str) -> float:
    return parse_duration(text.removeprefix("within ").strip()) if text else 0.0


def _day(text: str) -> int:
    return 0 if text == "today" else int(text.split()[0]) * (1 if text.endswith("ahead") else -1)


# A path may contain values in braces, and these may contain blanks.
_PATH = r"/(?:[^\s{}\"]|\{[^{}]*\})*"
_DURATION = rf"\d+(?:\.\d+)? ?(?:{'|'.join(UNITS)})"
_TIMES = r"once|twice|[1-9]\d* times"

GENERAL: Mapping[str, ParameterType] = {
    "Actor": one_of((*PERSONAS, *PRONOUNS["subject"]), "who acts: a persona, or a pronoun for the last one"),
    "Object": one_of((*PERSONAS, *PRONOUNS["object"]), "who is concerned: a persona, or a pronoun for the last one"),
    "Owner": one_of(
        (*(f"{name}'s" for name in PERSONAS), *PRONOUNS["owner"]),
        "whose it is: a persona's, or a pronoun for the last one",
        lambda text: text.removesuffix("'s"),
    ),
    "Caller": one_of(
        (*PERSONAS, *PRONOUNS["subject"], UNAUTHENTICATED),
        "who sends a request: a persona, a pronoun, or a client without a token",
    ),
    "Quoted": ParameterType('"[^"]*"', "a name or text in double quotes", lambda text: text[1:-1]),
    "Value": ParameterType(
        r'\{[^{}]*\}|null|true|false|-?\d+(?:\.\d+)?(?:e\d+)?|"[^"]*"|\[[^\]]*\]',
        'a value of JSON (5, null, "text", [1]), or in braces, as in a cell: {a text of 256 characters}',
    ),
    "Integer": ParameterType(r"\d+", "a whole number", int),
    "Number": ParameterType(r"\d+(?:\.\d+)?", "a number such as 5 or 0.5", float),
    "Times": ParameterType(_TIMES, "how often: once, twice, 3 times", _times),
    "Repeat": ParameterType(f"{_TIMES}|always", "how often: once, twice, 3 times, always", _repeat),
    "Duration": ParameterType(
        _DURATION,
        "a time with one of the units ms, seconds, minutes, hours, days: 2 seconds",
        parse_duration,
    ),
    "Within": ParameterType(
        rf"(?:within {_DURATION} )?",
        "the time until a condition must be met: within 2 seconds; without it the condition must be met already",
        _within,
    ),
    "Day": ParameterType(r"today|\d+ days? (?:ago|ahead)", "a day: today, 3 days ago, 7 days ahead", _day),
    "Request": ParameterType(
        rf"[A-Z]{{3,7}} {_PATH}", "a method in capitals and a path that starts with /: GET /api/vod/{vod.id}", _request
    ),
    "Path": ParameterType(_PATH, "a path that starts with /: /api/vod/{vod.id}"),
    "Status": ParameterType(r"[1-5]\d\d", "an HTTP status code such as 200", int),
    "Responses": amount("response"),
    "Rows": amount("row"),
    "Keys": amount("Redis key"),
    "Files": amount("file"),
    "Variety": one_of(("the same", "different"), "whether values are equal"),
}
"""Types that belong to no capability."""


def register(types: Mapping[str, ParameterType]) -> None:
    """Make the types known to behave; before the first step module is loaded."""
    behave.register_type(**{name: _converter(type) for name, type in types.items()})


def _converter(type: ParameterType) -> Callable[[str], object]:
    def convert(text: str) -> object:
        return type.convert(text)

    convert.pattern = type.pattern  # type: ignore[attr-defined]
    return convert
