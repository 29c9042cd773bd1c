"""Typed parameters of step texts: the texts that each matches, their values, and the texts that it does not match."""

from typing import Any

import pytest
from behave.matchers import MatchWithError, ParseMatcher

from support.capabilities.access.accounts import ACCOUNT_PROPERTIES, SETTINGS
from support.capabilities.access.client import ATTEMPTS, PAGES, TOKENS
from support.capabilities.access.tokens import CREDENTIALS
from support.capabilities.operations.client import SERVICES, VIEWS
from support.capabilities.queue.stores import STATES as JOB_STATES
from support.capabilities.registry import PARAMETER_TYPES, RESOURCE_TYPES
from support.capabilities.research.client import STAGES as RESEARCH_STAGES
from support.capabilities.research.prices import PRICE_FAULTS
from support.capabilities.status.checks import TRAILS
from support.capabilities.status.generation import REQUESTS as GENERATED_REQUESTS
from support.capabilities.status.states import STATES as STATUS_STATES
from support.capabilities.vod.client import ACTIONS, REQUEST_TYPES, STAGES
from support.checks.envelope import REJECTIONS
from support.faults.components import Component, FailureMode
from support.gherkin import parameter_types
from support.gherkin.parameter_types import Request
from support.gherkin.personas import PERSONAS, UNAUTHENTICATED
from support.load.samples import OUTCOMES
from support.testdata.media import CONDITIONS, SLOW

MATCHING: dict[str, dict[str, object]] = {
    "Actor": {word: word for word in (*PERSONAS, "she", "he", "they")},
    "Object": {word: word for word in (*PERSONAS, "her", "him", "them")},
    "Owner": {"Dana's": "Dana", "Mallory's": "Mallory", "her": "her", "his": "his", "their": "their"},
    "Quoted": {'"City Council"': "City Council", '""': "", "\"a, b; 'c'\"": "a, b; 'c'", '"Città · 7"': "Città · 7"},
    "Operation": {'"creating a VOD"': "creating a VOD", '"anything"': "anything"},
    "Number": {"5": 5.0, "0.5": 0.5, "0": 0.0, "1000": 1000.0},
    "Times": {"once": 1, "twice": 2, "3 times": 3, "12 times": 12},
    "Repeat": {"once": 1, "3 times": 3, "always": None},
    "Caller": {word: word for word in (*PERSONAS, "she", "he", "they", UNAUTHENTICATED)},
    "Request": {
        "GET /api/vod/list": Request("GET", "/api/vod/list"),
        "PATCH /api/vod/{City Council.id}?x=1": Request("PATCH", "/api/vod/{City Council.id}?x=1"),
    },
    "Path": {"/": "/", "/api/vod/{City Council.id}": "/api/vod/{City Council.id}"},
    "Duration": {"2 seconds": 2.0, "500 ms": 0.5, "1 minute": 60.0, "1 second": 1.0, "0.5 s": 0.5},
    "Rows": {"no rows": 0, "1 row": 1, "20 rows": 20},
    "Keys": {"no Redis keys": 0, "1 Redis key": 1},
    "Files": {"no files": 0, "2 files": 2},
    "Responses": {"20 responses": 20},
    "Jobs": {"no failed jobs": (0, "failed"), "1 succeeded job": (1, "succeeded")},
    "JobState": {state: state for state in JOB_STATES},
    "Partner": {"Cablecast": "Cablecast", "the price service": "the price service"},
    "Status": {"100": 100, "404": 404, "599": 599},
    "Endpoint": {page: page for page in PAGES},
    "Service": {service: service for service in SERVICES},
    "Component": {str(component): component for component in Component},
    "FailureMode": {str(mode): mode for mode in FailureMode},
    "Outcome": dict(OUTCOMES),
    "View": {view: view for view in VIEWS},
    "Recording": {"5 minute": 5.0, "0.1 minute": 0.1, "corrupt": "corrupt", "slow": "slow"},
    "Condition": {condition: condition for condition in (*CONDITIONS, SLOW)},
    "Resource": dict(RESOURCE_TYPES),
    "Resources": {type.plural: type for type in RESOURCE_TYPES.values()},
    "Action": {verb: verb for verb in ("reads", "permanently deletes", "requests the returns of")},
    "PastAction": {verb: verb for verb in ("deleted", "acknowledged")},
    "ResourceState": {word: word for word in ("available", "soft-deleted", "permanently deleted")},
    "ResearchStage": {stage: stage for stage in RESEARCH_STAGES},
    "PriceFault": {fault: fault for fault in PRICE_FAULTS},
    "Rejection": {word: word for word in REJECTIONS},
    "Validity": {"valid": "valid", "invalid": "invalid"},
    "Credentials": {words: words for words in CREDENTIALS},
    "Attempt": {words: words for words in ATTEMPTS},
    "LoginField": {"user name": "user name", "password": "password"},
    "SessionState": {"open": True, "ended": False},
    "Token": {"access token": "access_token", "refresh token": "refresh_token"},
    "Setting": {setting: setting for setting in SETTINGS},
    "AccountProperty": {likeness: likeness for likeness in ACCOUNT_PROPERTIES},
    "VodState": {state: state for state in ("pending", "processing", "completed", "failed")},
    "VodStates": {
        "failed": ["failed"],
        "pending and failed": ["pending", "failed"],
        "pending, processing and completed": ["pending", "processing", "completed"],
    },
    "Stage": {stage: stage for stage in STAGES},
    "Integer": {"0": 0, "5": 5, "1000": 1000},
    "Value": {
        text: text
        for text in (
            "null",
            "true",
            "-1",
            "0.5",
            "2147483648",
            '"nul \\u0000"',
            '""',
            "[1]",
            "{a text of 9 characters}",
        )
    },
    "VodField": {"title": "title", "file path": "file_path", "show": "show_id"},
    "VodAction": {action: action for action in ACTIONS},
    "PastVodAction": {"submitted": "submits", "published": "publishes"},
    "Calls": {calls: calls for calls in REQUEST_TYPES},
    "Variety": {"the same": "the same", "different": "different"},
    "LiveToken": {token: token for token in TOKENS},
    "Reply": {"503": 503, "no response": "no response", "a late success": "a late success"},
    "StatusState": {f'"{state}"': state for state in STATUS_STATES},
    "Trail": {trail: trail for trail in TRAILS},
    "GeneratedRequests": dict(GENERATED_REQUESTS),
    "Day": {"today": 0, "1 day ago": -1, "7 days ago": -7, "2 days ahead": 2},
}
NOT_MATCHING: dict[str, list[str]] = {
    "Actor": ["dana", "Dana's", "Bob", "her", "the editor", "", "Dana and Omar"],
    "Object": ["she", "he", "Dana's", "Bob", ""],
    "Owner": ["Dana", "she", "Bob's", "dana's", ""],
    "Quoted": ["City Council", '"City Council', 'City Council"', "'City Council'", '"a" of "b"', ""],
    "Operation": ["creating a VOD", '"creating VOD"', '""', ""],
    "Number": ["five", "-5", "5.", ".5", "1e3", "1,000", "", "5 "],
    "Times": ["thrice", "0 times", "never", "always", "3", "times", "-1 times", "2.5 times", ""],
    "Repeat": ["for ever", "0 times", ""],
    "Caller": ["every user", "Dana's", ""],
    "Request": ["GET", "get /api", "GET api/vod", "GET /api vod", "GET  /api", '"GET /api"', ""],
    "Path": ["api", "/a b", '/"', ""],
    "Duration": ["2", "2 parsecs", "two seconds", "-1 s", ""],
    "Rows": ["rows", "one row", "-1 rows", "2 keys"],
    "Keys": ["2 keys", ""],
    "Files": ["2 rows", ""],
    "Responses": ["all answers", ""],
    "Jobs": ["1 job", "1 lost job", ""],
    "JobState": ["canceled", "pending", '"todo"', ""],
    "Partner": ["cablecast", "YouTube", ""],
    "Status": ["99", "600", "1000", "20", "2xx", "OK", ""],
    "Endpoint": ["page", "public page", "administrators page", ""],
    "Service": ["Database", "api", "the database", ""],
    "Component": ["database", "the Database", "redis", ""],
    "FailureMode": ["Gone", "broken", "going", ""],
    "Outcome": ["served or hung", "Served", "refused", ""],
    "View": ["Queue", "page", ""],
    "Recording": ["5 minutes", "minute", "broken", ""],
    "Condition": ["Clear", "broken", "cut", "5 minute", ""],
    "Resource": ["session", "users", "research sessions", ""],
    "Resources": ["user", "sessions", "things", ""],
    "Action": ["read", "deleted", "removes", "asks for", ""],
    "PastAction": ["deletes", "read", ""],
    "ResourceState": ["gone", "here", "deleted", ""],
    "ResearchStage": ["started", "fetch", "finished", ""],
    "PriceFault": ["slow", "is fast", "answers", ""],
    "Rejection": ["404", "unknown user", "invalid", ""],
    "Validity": ["an", "not a", ""],
    "Credentials": ["token", "an old token", ""],
    "Attempt": ["no names", "password", ""],
    "LoginField": ["name", "User name", ""],
    "SessionState": ["goes", "ends", ""],
    "Token": ["token", "refresh_token", ""],
    "Setting": ["name", "roles", ""],
    "AccountProperty": ["mail address", "name", ""],
    "VodState": ["finished", "Pending", '"pending"', ""],
    "VodStates": ["finished", "pending,", "pending failed", "pending and", ""],
    "Stage": ["finished", "Captioned", ""],
    "Integer": ["-1", "1.5", "ten", ""],
    "Value": ["{vod.id", "City Council", "None", "1,5", "characters", '"a" "b"', ""],
    "VodField": ["file_path", "size", "Title", ""],
    "VodAction": ["read", "submit", "watches", ""],
    "PastVodAction": ["submits", "deletes", ""],
    "Calls": ["registration", "requests", ""],
    "Variety": ["same", "equal", ""],
    "LiveToken": ["a token", "no", ""],
    "Reply": ["600", "nothing", ""],
    "StatusState": ["queued", '"Queued"', '"running"', '"queued', ""],
    "Trail": ["event", "History", "history and events", ""],
    "GeneratedRequests": ["text", "text filter", "Sorts", "filters", ""],
    "Day": ["yesterday", "7 days", "-7 days ago", ""],
}


def value_of(type_name: str, text: str) -> Any:
    """Return what a step receives for a parameter of this type; LookupError where the text does not match."""
    parameter_types.register(PARAMETER_TYPES)
    match = ParseMatcher(value_of, f"before {{value:{type_name}}} after").match(f"before {text} after")
    if match is None or isinstance(match, MatchWithError):
        raise LookupError(text)
    [argument] = match.arguments
    return argument.value


def test_every_type_has_its_cases_here() -> None:
    assert set(MATCHING) == set(NOT_MATCHING) == set(PARAMETER_TYPES) - {"Which", "Within"}


def test_the_number_of_a_session_may_be_omitted() -> None:
    parameter_types.register(PARAMETER_TYPES)
    matcher = ParseMatcher(value_of, "Dana's {value:Which}session ends")
    step_texts = ("Dana's session ends", "Dana's first session ends", "Dana's second session ends")
    assert [match.arguments[0].value for match in map(matcher.match, step_texts) if match] == [-1, 0, 1]
    assert matcher.match("Dana's third session ends") is None


@pytest.mark.parametrize(
    ("text", "expected"), [("it is red", 0.0), ("within 2 seconds it is red", 2.0), ("within 500 ms it is red", 0.5)]
)
def test_the_time_until_a_condition_is_met_may_be_omitted(text: str, expected: float) -> None:
    parameter_types.register(PARAMETER_TYPES)
    match = ParseMatcher(value_of, "{value:Within}it is red").match(text)
    assert match is not None
    assert match.arguments[0].value == expected


@pytest.mark.parametrize("text", ["within it is red", "within 2 it is red", "2 seconds it is red", "within 2 seconds"])
def test_other_texts_before_a_condition_do_not_match(text: str) -> None:
    parameter_types.register(PARAMETER_TYPES)
    assert ParseMatcher(value_of, "{value:Within}it is red").match(text) is None


@pytest.mark.parametrize("type_name, text", [(name, text) for name, texts in MATCHING.items() for text in texts])
def test_a_type_converts_a_matching_text(type_name: str, text: str) -> None:
    value, expected = value_of(type_name, text), MATCHING[type_name][text]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("type_name, text", [(name, text) for name, texts in NOT_MATCHING.items() for text in texts])
def test_a_type_does_not_match_other_texts(type_name: str, text: str) -> None:
    with pytest.raises(LookupError):
        value_of(type_name, text)


@pytest.mark.parametrize("type", PARAMETER_TYPES.values(), ids=PARAMETER_TYPES)
def test_every_type_has_a_meaning(type: parameter_types.ParameterType) -> None:
    assert type.meaning
    assert type.meaning == type.meaning.strip()
