"""The typed parameters of step sentences. Bounded patterns, so that one sentence never matches another's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import behave

from support.clients.access import ATTEMPTS, FIELDS, PAGES
from support.clients.accounts import LIKENESSES, SETTINGS
from support.clients.operations import SERVICES
from support.clients.prices import TROUBLES
from support.clients.research import STAGES
from support.clients.things import KINDS
from support.clients.tokens import CREDENTIALS
from support.drivers.http import REFUSALS
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


_PRESENT = {
    "reads": "read",
    "deletes": "delete",
    "removes for good": "remove for good",
    "restores": "restore",
    "acknowledges": "acknowledge",
    "asks for the returns of": "ask for the returns of",
}
_PAST = {"deleted": "delete", "acknowledged": "acknowledge"}


def _which(text: str) -> int:
    return {"first": 0, "second": 1}.get(text.strip(), -1)


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
    "Method": _one_of(("GET", "POST", "PUT", "PATCH", "DELETE"), "an HTTP method"),
    "Page": _one_of(PAGES, "a page that asks for a sign-in"),
    "Credentials": _one_of(CREDENTIALS, "what stands in the Authorization header"),
    "Attempt": _one_of(ATTEMPTS, "how somebody tries to sign in"),
    "LoginField": _one_of(FIELDS, "what is asked for at the sign-in: name or password"),
    "Which": ParameterType("(?:first |second )?", "which of somebody's sessions; none said means the latest", _which),
    "Fate": ParameterType("goes on|is over", "what becomes of a session", lambda text: text == "goes on"),
    "Token": ParameterType("access token|refresh token", "a token", lambda text: text.replace(" ", "_")),
    "Setting": _one_of(SETTINGS, "what an administrator can set of an account"),
    "Likeness": _one_of(LIKENESSES, "what one account has in common with another"),
    "Part": _one_of(SERVICES, "a service that the platform's health names"),
    "Condition": _one_of(CONDITIONS, "what state a recording is in"),
    "Thing": _one_of(KINDS, "a kind of things that researchers work with", KINDS.__getitem__),
    "Things": _one_of(
        (f"{word}s" for word in KINDS), "several things of a kind", lambda text: KINDS[text.removesuffix("s")]
    ),
    "ThingDeed": _one_of(_PRESENT, "what somebody does to a thing", _PRESENT.__getitem__),
    "ThingPast": _one_of(_PAST, "what somebody did to a thing", _PAST.__getitem__),
    "ThingEnd": _one_of(("there", "hidden", "gone for good"), "what has become of a thing"),
    "ResearchStage": _one_of(STAGES, "a stage of the research workflow"),
    "PriceTrouble": _one_of(TROUBLES, "what is wrong with the price service"),
    "Verdict": _one_of(("a", "no"), "whether it is one"),
    "Refusal": _one_of(REFUSALS, "why somebody is refused"),
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
