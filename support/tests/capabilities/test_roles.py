"""The matrix of roles: what is undecided, what a verdict is, and that asking does nothing."""

import re
from typing import Any

import pytest

from support.capabilities.access.roles import Operation, RoleMatrix, RolesClient
from support.errors import FeatureError
from support.gherkin.personas import PERSONAS

ROLES = ("nobody", "editor")
VOD = Operation("GET", "/api/vod/{vod_id}", {"vod_id": {"type": "string", "format": "uuid"}})
RESET = Operation("POST", "/api/reset", {})


def matrix(*lines: tuple[str, str, str]) -> RoleMatrix:
    return RoleMatrix([dict(zip(("operation", *ROLES), line, strict=True)) for line in lines], ROLES)


def test_a_matrix_that_decides_all_has_no_gaps() -> None:
    assert matrix((str(VOD), "rejected", "allowed")).gaps([VOD]) == []


def test_every_gap_is_told() -> None:
    assert matrix((str(VOD), "rejected", ""), ("GET /api/gone", "rejected", "allowed")).gaps([VOD, RESET]) == [
        "POST /api/reset is offered by the platform, but is not in the matrix",
        "GET /api/gone is in the matrix, but is not offered",
        "GET /api/vod/{vod_id} has no decision for editor",
    ]


def test_the_report_shows_blanks_where_nothing_is_decided() -> None:
    lines = matrix((str(VOD), "rejected", "allowed"), ("GET /api/gone", "", "allowed")).lines([VOD, RESET])
    assert lines == [[str(VOD), "rejected", "allowed"], [str(RESET), "", ""], ["GET /api/gone", "", "allowed"]]


def test_an_unknown_word_in_a_cell_is_told() -> None:
    with pytest.raises(FeatureError, match="GET /api/a has yes in the matrix; a cell is allowed or rejected"):
        matrix(("GET /api/a", "yes", "allowed"))


def test_an_operation_that_stands_twice_is_told() -> None:
    with pytest.raises(FeatureError, match="POST /api/reset stands in the matrix 2 times"):
        matrix((str(RESET), "rejected", "allowed"), (str(RESET), "rejected", "rejected"))


def test_an_address_names_nothing_that_exists() -> None:
    assert re.fullmatch(r"/api/vod/[0-9a-f-]{36}", VOD.address)
    assert VOD.address != VOD.address
    assert Operation("GET", "/api/{n}/{name}", {"n": {"type": "integer"}}).address == "/api/999999999/no-such-thing"


class Answers:
    """A platform that answers everything alike, and remembers what it was asked."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.asked: list[dict[str, Any]] = []
        self.signed_in: list[str] = []

    def send(self, method: str, path: str, **options: Any) -> Any:
        self.asked.append(options)
        return self

    def token(self, persona: Any) -> str | None:
        return None if persona.role is None else "token"

    def sign_in(self, persona: Any) -> None:
        self.signed_in.append(persona.name)


def verdict(status: int, who: str, operation: Operation = RESET) -> tuple[str, Answers]:
    answers = Answers(status)
    return RolesClient(answers, answers).verdict(operation, by=PERSONAS[who]), answers  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [200, 201, 204, 404, 409, 422])
def test_what_is_understood_was_let_in(status: int) -> None:
    assert verdict(status, "Dana")[0] == "allowed"


@pytest.mark.parametrize("who, status", [("Dana", 403), ("Mallory", 401)])
def test_a_refusal_is_403_for_whoever_is_known_and_401_for_others(who: str, status: int) -> None:
    assert verdict(status, who)[0] == "rejected"


@pytest.mark.parametrize(
    "who, status", [("Dana", 401), ("Mallory", 403), ("Dana", 405), ("Dana", 429), ("Dana", 500), ("Dana", 503)]
)
def test_any_other_answer_is_neither(who: str, status: int) -> None:
    assert verdict(status, who)[0] == f"answered {status}"


def test_a_body_is_sent_where_there_may_be_one_and_never_a_good_one() -> None:
    assert [options["json"] for options in verdict(422, "Dana")[1].asked] == [{"no_such_field": True}]
    assert [options["json"] for options in verdict(404, "Dana", VOD)[1].asked] == [None]


def test_a_session_that_was_ended_is_opened_again() -> None:
    assert verdict(204, "Dana")[1].signed_in == ["Dana"]
    assert verdict(404, "Dana")[1].signed_in == []
