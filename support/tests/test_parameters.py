"""The typed parameters of step sentences: what each takes, as what, and what it leaves to other sentences."""

from typing import Any

import pytest
from behave.matchers import MatchWithError, ParseMatcher

from support import parameters
from support.clients.access import PAGES
from support.clients.operations import SERVICES, VIEWS
from support.clients.people import TREATMENTS
from support.faults import Kind, Part
from support.parameters import TYPES
from support.personas import PERSONAS
from support.testdata.media import CONDITIONS

TAKEN: dict[str, dict[str, object]] = {
    "Actor": {word: word for word in (*PERSONAS, "she", "he", "they")},
    "Object": {word: word for word in (*PERSONAS, "her", "him", "them")},
    "Owner": {"Dana's": "Dana", "Mallory's": "Mallory", "her": "her", "his": "his", "their": "their"},
    "Quoted": {'"City Council"': "City Council", '""': "", "\"a, b; 'c'\"": "a, b; 'c'", '"Città · 7"': "Città · 7"},
    "Number": {"5": 5.0, "0.5": 0.5, "0": 0.0, "1000": 1000.0},
    "Count": {"once": 1, "twice": 2, "3 times": 3, "12 times": 12, "always": None},
    "Status": {"100": 100, "404": 404, "599": 599},
    "Page": {page: page for page in PAGES},
    "Service": {service: service for service in SERVICES},
    "Part": {str(part): part for part in Part},
    "Kind": {str(kind): kind for kind in Kind},
    "Treatment": dict(TREATMENTS),
    "View": {view: view for view in VIEWS},
    "Condition": {condition: condition for condition in CONDITIONS},
    "VodState": {state: state for state in ("pending", "processing", "completed", "failed")},
}
LEFT: dict[str, list[str]] = {
    "Actor": ["dana", "Dana's", "Bob", "her", "the editor", "", "Dana and Omar"],
    "Object": ["she", "he", "Dana's", "Bob", ""],
    "Owner": ["Dana", "she", "Bob's", "dana's", ""],
    "Quoted": ["City Council", '"City Council', 'City Council"', "'City Council'", '"a" of "b"', ""],
    "Number": ["five", "-5", "5.", ".5", "1e3", "1,000", "", "5 "],
    "Count": ["thrice", "0 times", "never", "3", "times", "-1 times", "2.5 times", ""],
    "Status": ["99", "600", "1000", "20", "2xx", "OK", ""],
    "Page": ["page", "public page", "administrators page", ""],
    "Service": ["Database", "api", "the database", ""],
    "Part": ["database", "the Database", "redis", ""],
    "Kind": ["Gone", "broken", "going", ""],
    "Treatment": ["served or hung", "Served", "refused", ""],
    "View": ["Queue", "page", ""],
    "Condition": ["Clear", "broken", "cut", "5 minute", ""],
    "VodState": ["finished", "Pending", '"pending"', ""],
}


def value_of(kind: str, text: str) -> Any:
    """Return what a step receives for a parameter of this type; LookupError where the sentence does not match."""
    parameters.register()
    match = ParseMatcher(value_of, f"before {{value:{kind}}} after").match(f"before {text} after")
    if match is None or isinstance(match, MatchWithError):
        raise LookupError(text)
    [argument] = match.arguments
    return argument.value


def test_every_type_has_its_cases_here() -> None:
    assert set(TAKEN) == set(LEFT) == set(TYPES)


@pytest.mark.parametrize("kind, text", [(kind, text) for kind, texts in TAKEN.items() for text in texts])
def test_a_type_takes_its_words_and_gives_them_their_value(kind: str, text: str) -> None:
    value, expected = value_of(kind, text), TAKEN[kind][text]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("kind, text", [(kind, text) for kind, texts in LEFT.items() for text in texts])
def test_a_type_leaves_other_words_alone(kind: str, text: str) -> None:
    with pytest.raises(LookupError):
        value_of(kind, text)


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_every_type_says_what_it_means(kind: parameters.ParameterType) -> None:
    assert kind.meaning
    assert kind.meaning == kind.meaning.strip()
