"""The typed parameters of step sentences. Bounded patterns, so that one sentence never matches another's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import behave

from support.capabilities.access.accounts import ACCOUNT_PROPERTIES, SETTINGS
from support.capabilities.access.client import ATTEMPTS, FIELDS, PAGES, TOKENS
from support.capabilities.access.tokens import CREDENTIALS
from support.capabilities.api.client import Request
from support.capabilities.api.partners import PARTNERS
from support.capabilities.operations.client import SERVICES, VIEWS
from support.capabilities.queue.stores import STATES as JOB_STATES
from support.capabilities.research.client import STAGES as RESEARCH_STAGES
from support.capabilities.research.prices import PRICE_FAULTS
from support.capabilities.research.resources import RESOURCE_TYPES
from support.capabilities.vod.cablecast import REPLIES
from support.capabilities.vod.client import ACTIONS, PAST_ACTIONS, REQUEST_TYPES, STAGES
from support.capabilities.vod.client import FIELDS as VOD_FIELDS
from support.checks.envelope import REJECTIONS
from support.checks.matchers import UNITS, parse_duration
from support.faults.components import Component, FailureMode
from support.gherkin.personas import PERSONAS, PRONOUNS, UNAUTHENTICATED
from support.load.samples import OUTCOMES
from support.partners.cablecast import ANYTHING, OPERATIONS
from support.testdata.media import CONDITIONS, SLOW


@dataclass(frozen=True)
class ParameterType:
    """What a parameter matches (a regular expression), what it means to a reader, and what a step receives.

    `words` are all that it matches, where these are few.
    """

    pattern: str
    meaning: str
    convert: Callable[[str], object] = str
    words: tuple[str, ...] = ()


def _one_of(words: Iterable[str], meaning: str, convert: Callable[[str], object] = str) -> ParameterType:
    known = tuple(words)
    return ParameterType("|".join(known), meaning, convert, known)


def _count(text: str) -> int:
    return {"once": 1, "twice": 2}.get(text) or int(text.removesuffix(" times"))


def _repeat(text: str) -> int | None:
    return None if text == "always" else _count(text)


def _request(text: str) -> Request:
    method, path = text.split(" ", 1)
    return Request(method, path)


def _amount(noun: str) -> ParameterType:
    """How many of something: no rows, 1 row, 20 rows."""
    words = rf"(?:no|\d+) {noun}s?"
    return ParameterType(words, f"how many: no {noun}s, 1 {noun}, 20 {noun}s", lambda text: _whole(text.split()[0]))


def _whole(word: str) -> int:
    return 0 if word == "no" else int(word)


def _jobs(text: str) -> tuple[int, str]:
    number, state, _ = text.split()
    return _whole(number), state


# A path may hold values in braces, and these may hold blanks.
_PATH = r"/(?:[^\s{}\"]|\{[^{}]*\})*"


def _kind(text: str) -> float | str:
    return float(text.removesuffix(" minute")) if text.endswith("minute") else text


def _reply(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _days(text: str) -> int:
    return 0 if text == "today" else int(text.split()[0]) * (1 if text.endswith("ahead") else -1)


_COUNT = r"once|twice|[1-9]\d* times"
_STATES = ("pending", "processing", "completed", "failed")
_STATE = "(?:" + "|".join(_STATES) + ")"


def _states(text: str) -> list[str]:
    return re.findall(_STATE, text)


_PRESENT = {
    "reads": "read",
    "deletes": "delete",
    "permanently deletes": "remove for good",
    "restores": "restore",
    "acknowledges": "acknowledge",
    "requests the returns of": "ask for the returns of",
}
_PAST = {"deleted": "delete", "acknowledged": "acknowledge"}


_OPERATIONS = (*OPERATIONS, ANYTHING)


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
    "Caller": _one_of(
        (*PERSONAS, *PRONOUNS["subject"], UNAUTHENTICATED),
        "who sends a request: a persona, a pronoun, or a client without a token",
    ),
    "Request": ParameterType(
        rf"[A-Z]{{3,7}} {_PATH}", "a method in capitals and a path that begins with /: GET /api/vod/{vod.id}", _request
    ),
    "Path": ParameterType(_PATH, "a path that begins with /: /api/vod/{vod.id}"),
    "Duration": ParameterType(
        rf"\d+(?:\.\d+)? ?(?:{'|'.join(UNITS)})",
        "a time with one of the units ms, seconds, minutes, hours, days: 2 seconds",
        parse_duration,
    ),
    "Rows": _amount("row"),
    "Keys": _amount("Redis key"),
    "Files": _amount("file"),
    "Responses": _amount("response"),
    "Jobs": ParameterType(
        rf"(?:no|\d+) (?:{'|'.join(JOB_STATES)}) jobs?",
        f"how many jobs in which state: no failed jobs, 1 succeeded job (the states: {', '.join(JOB_STATES)})",
        _jobs,
    ),
    "JobState": _one_of(JOB_STATES, "a state of a job of the queue"),
    "Partner": _one_of(PARTNERS, "an outside service that is played by a stub"),
    "Operation": ParameterType(
        "|".join(f'"{name}"' for name in _OPERATIONS),
        "what Cablecast is asked for, in double quotes",
        lambda text: text[1:-1],
        tuple(f'"{name}"' for name in _OPERATIONS),
    ),
    "Number": ParameterType(r"\d+(?:\.\d+)?", "a number such as 5 or 0.5", float),
    "Times": ParameterType(_COUNT, "how often: once, twice, 3 times", _count),
    "Repeat": ParameterType(f"{_COUNT}|always", "how often, or for good: once, twice, 3 times, always", _repeat),
    "Status": ParameterType(r"[1-5]\d\d", "an HTTP status code such as 200", int),
    "Endpoint": _one_of(PAGES, "a page that asks for a sign-in"),
    "Credentials": _one_of(CREDENTIALS, "what stands in the Authorization header"),
    "Attempt": _one_of(ATTEMPTS, "how somebody tries to sign in"),
    "LoginField": _one_of(FIELDS, "what is asked for at the sign-in: name or password"),
    "Which": ParameterType(
        "(?:first |second )?", "which of somebody's sessions; none said means the latest", _which, ("first", "second")
    ),
    "SessionState": ParameterType(
        "open|ended", "the state of a session", lambda text: text == "open", ("open", "ended")
    ),
    "Token": ParameterType(
        "access token|refresh token", "a token", lambda text: text.replace(" ", "_"), ("access token", "refresh token")
    ),
    "Setting": _one_of(SETTINGS, "what an administrator can set of an account"),
    "AccountProperty": _one_of(ACCOUNT_PROPERTIES, "what one account has in common with another"),
    "Service": _one_of(SERVICES, "a service that the platform's health names"),
    "Component": _one_of(Component, "a part of the platform that can be broken", Component),
    "FailureMode": _one_of(FailureMode, "a way in which a part fails", FailureMode),
    "Outcome": _one_of(OUTCOMES, "what became of requests", lambda text: OUTCOMES[text]),
    "View": _one_of(VIEWS, "what only administrators may look at"),
    "Recording": ParameterType(
        rf"\d+(?:\.\d+)? minute|{'|'.join((*CONDITIONS, SLOW))}",
        "how long a recording is, such as 5 minute, or in what state",
        _kind,
        (*CONDITIONS, SLOW),
    ),
    "Condition": _one_of((*CONDITIONS, SLOW), "what state a recording is in"),
    "VodState": _one_of(_STATES, "a state of a VOD"),
    "VodStates": ParameterType(
        rf"{_STATE}(?:, {_STATE})*(?: and {_STATE})?", "states of a VOD: pending, processing and completed", _states
    ),
    "Stage": _one_of(STAGES, "how far a VOD is"),
    "Integer": ParameterType(r"\d+", "a whole number", int),
    "Value": ParameterType(
        r'\{[^{}]*\}|null|true|false|-?\d+(?:\.\d+)?(?:e\d+)?|"[^"]*"|\[[^\]]*\]',
        'a value as JSON writes it (5, null, "text", [1]), or in braces, as in a cell: {a text of 256 characters}',
    ),
    "VodField": _one_of(VOD_FIELDS, "a field of a VOD", lambda text: VOD_FIELDS[text]),
    "VodAction": _one_of(ACTIONS, "what somebody does to a VOD"),
    "PastVodAction": _one_of(PAST_ACTIONS, "what somebody has done to a VOD", lambda text: PAST_ACTIONS[text]),
    "Calls": _one_of(REQUEST_TYPES, "requests that many can send at once"),
    "Variety": _one_of(("the same", "different"), "whether answers are alike"),
    "LiveToken": _one_of(TOKENS, "what somebody connects with"),
    "Reply": ParameterType(
        rf"[1-5]\d\d|{'|'.join(REPLIES)}",
        f"how a partner answers: a status, {', '.join(REPLIES)}",
        _reply,
    ),
    "Day": ParameterType(r"today|\d+ days? (?:ago|ahead)", "a day: today, 3 days ago, 7 days ahead", _days),
    "Resource": _one_of(RESOURCE_TYPES, "a kind of things that researchers work with", RESOURCE_TYPES.__getitem__),
    "Resources": _one_of(
        (f"{word}s" for word in RESOURCE_TYPES),
        "several things of a kind",
        lambda text: RESOURCE_TYPES[text.removesuffix("s")],
    ),
    "Action": _one_of(_PRESENT, "what somebody does to a thing", _PRESENT.__getitem__),
    "PastAction": _one_of(_PAST, "what somebody did to a thing", _PAST.__getitem__),
    "ResourceState": _one_of(("available", "soft-deleted", "permanently deleted"), "what has become of a resource"),
    "ResearchStage": _one_of(RESEARCH_STAGES, "a stage of the research workflow"),
    "PriceFault": _one_of(PRICE_FAULTS, "what is wrong with the price service"),
    "Validity": _one_of(("valid", "invalid"), "whether a text is valid"),
    "Rejection": _one_of(REJECTIONS, "why somebody is refused"),
}


def register() -> None:
    """Make the types known to behave; before the first step module is loaded."""
    behave.register_type(**{name: _converter(kind) for name, kind in TYPES.items()})


def _converter(kind: ParameterType) -> Callable[[str], object]:
    def convert(text: str) -> object:
        return kind.convert(text)

    convert.pattern = kind.pattern  # type: ignore[attr-defined]
    return convert
