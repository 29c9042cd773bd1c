"""The typed parameters of step sentences. Bounded patterns, so that one sentence never matches another's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import behave

from support.clients.access import PAGES
from support.clients.operations import SERVICES, VIEWS
from support.clients.people import TREATMENTS
from support.faults import Kind, Part
from support.personas import PERSONAS, PRONOUNS
from support.testdata.media import CONDITIONS


@dataclass(frozen=True)
class ParameterType:
    """What a parameter matches (a regular expression), what it means to a reader, and what a step receives."""

    pattern: str
    meaning: str
    convert: Callable[[str], object] = str


def _one_of(words: Iterable[str], meaning: str, convert: Callable[[str], object] = str) -> ParameterType:
    return ParameterType("|".join(words), meaning, convert)


def _count(text: str) -> int | None:
    words = {"once": 1, "twice": 2, "always": None}
    return words[text] if text in words else int(text.removesuffix(" times"))


TYPES = {
    "Actor": _one_of((*PERSONAS, *PRONOUNS["subject"]), "who does something: a persona, or who acted last"),
    "Object": _one_of((*PERSONAS, *PRONOUNS["object"]), "to whom it happens: a persona, or who acted last"),
    "Owner": _one_of(
        (*(f"{name}'s" for name in PERSONAS), *PRONOUNS["owner"]),
        "whose it is: a persona's, or of who acted last",
        lambda text: text.removesuffix("'s"),
    ),
    "Quoted": ParameterType('"[^"]*"', "a name or text in double quotes", lambda text: text[1:-1]),
    "Number": ParameterType(r"\d+(?:\.\d+)?", "a number such as 5 or 0.5", float),
    "Count": ParameterType(r"once|twice|[1-9]\d* times|always", "how often: once, twice, 3 times, always", _count),
    "Status": ParameterType(r"[1-5]\d\d", "an HTTP status code", int),
    "Page": _one_of(PAGES, "a page that asks for a sign-in"),
    "Service": _one_of(SERVICES, "a service that the platform's health names"),
    "Part": _one_of(Part, "a part of the platform that can be broken", Part),
    "Kind": _one_of(Kind, "a way in which a part fails", Kind),
    "Treatment": _one_of(TREATMENTS, "what became of requests", lambda text: TREATMENTS[text]),
    "View": _one_of(VIEWS, "what only administrators may look at"),
    "Condition": _one_of(CONDITIONS, "what state a recording is in"),
    "VodState": _one_of(("pending", "processing", "completed", "failed"), "a state of a VOD"),
}


def register() -> None:
    """Make the types known to behave; before the first step module is loaded."""
    behave.register_type(**{name: _converter(kind) for name, kind in TYPES.items()})


def _converter(kind: ParameterType) -> Callable[[str], object]:
    def convert(text: str) -> object:
        return kind.convert(text)

    convert.pattern = kind.pattern  # type: ignore[attr-defined]
    return convert
