"""The sessions that scenarios share."""

from types import SimpleNamespace

import jwt
import pytest

from support.gherkin.personas import PERSONAS
from support.scenario import shared_sessions as module
from support.scenario.shared_sessions import SharedSessions, SignedIn

DANA, VERA = PERSONAS["Dana"], PERSONAS["Vera"]
LIFETIME = 1800
KEY = "a key that nobody checks, of thirty-two bytes at least"


class Door:
    """Signs in whoever comes, each time in another session."""

    def __init__(self) -> None:
        self.opened = 0

    def __call__(self) -> SignedIn:
        self.opened += 1
        return SignedIn("Dana", jwt.encode({"jti": f"session {self.opened}"}, KEY), "refresh", LIFETIME)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(module, "monotonic", lambda: clock.seconds)
    return clock


def test_a_persona_signs_in_once(now: SimpleNamespace) -> None:
    door, shared = Door(), SharedSessions()
    first = shared.of(DANA, door)
    now.seconds += LIFETIME / 2
    assert shared.of(DANA, door) is first
    assert door.opened == 1


def test_each_persona_has_a_session(now: SimpleNamespace) -> None:
    door, shared = Door(), SharedSessions()
    assert shared.of(DANA, door) is not shared.of(VERA, door)
    assert shared.in_use == {"session 1", "session 2"}


def test_a_token_is_not_used_to_the_end_of_its_life(now: SimpleNamespace) -> None:
    door, shared = Door(), SharedSessions()
    shared.of(DANA, door)
    now.seconds += LIFETIME / 2 + 1
    assert shared.of(DANA, door).session_id == "session 2"
    assert shared.in_use == {"session 2"}


def test_after_a_failure_everybody_signs_in_anew_and_the_old_sessions_are_still_known(now: SimpleNamespace) -> None:
    door, shared = Door(), SharedSessions()
    shared.of(DANA, door)
    shared.renew()
    assert shared.in_use == set()
    shared.of(DANA, door)
    assert [session.session_id for session in shared.opened] == ["session 1", "session 2"]
