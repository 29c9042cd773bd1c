"""Looking for secrets in answers."""

import pytest

from support.capabilities.access.secrets import parts, require_secrets_hidden
from support.errors import FeatureError
from support.evidence.recorder import Exchange
from support.scenario.shared_sessions import SignedIn

PASSWORD = "xK3vQ9-tLmZ0aB"
DIGEST = "c29tZXNhbHRzb21lc2FsdHNvbWU"
HASH = f"$argon2id$v=19$m=19456,t=2,p=1$abcdefgh${DIGEST}"
DANA = SignedIn("Dana", "access.token.dana", "refresh.token.dana", 1800)


def answer(body: str, *, actor: str = "Dana", method: str = "GET", path: str = "/api/a", **headers: str) -> Exchange:
    return Exchange(
        method, f"http://platform{path}", actor, {}, None, 200, "OK", headers, body.encode(), started=0.0, elapsed=0.1
    )


def leaks(exchange: Exchange) -> str:
    with pytest.raises(AssertionError) as failure:
        require_secrets_hidden([exchange], [PASSWORD], [HASH], [DANA])
    return str(failure.value).partition("but ")[2]


def test_an_answer_without_secrets_passes() -> None:
    require_secrets_hidden([answer('{"username": "dana", "token_type": "bearer"}')], [PASSWORD], [HASH], [DANA])


@pytest.mark.parametrize(
    "body, what",
    [
        (f"it is {PASSWORD}", "a password"),
        (f"it ends in {PASSWORD[-7:]}", "a password"),
        (f"it is {DIGEST}", "a hash"),
        ("it is $argon2id$v=19$unknown", "a hash of Argon2"),
        ("it is access.token.dana", "a token of Dana"),
        ("it is refresh.token.dana", "a token of Dana"),
    ],
)
def test_each_secret_is_found(body: str, what: str) -> None:
    assert leaks(answer(body)) == f"GET http://platform/api/a (200) shows {what}"


def test_a_secret_in_a_header_is_found() -> None:
    assert leaks(answer("", Location=f"/?password={PASSWORD}")) == "GET http://platform/api/a (200) shows a password"


def test_tokens_are_given_to_their_owner_by_the_sign_in_alone() -> None:
    given = answer("access.token.dana", method="POST", path="/api/auth/login")
    require_secrets_hidden([given], [], [], [DANA])
    taken = answer("access.token.dana", method="POST", path="/api/auth/login", actor="Mallory")
    assert leaks(taken) == "POST http://platform/api/auth/login (200) shows a token of Dana"


def test_nothing_asked_is_no_proof() -> None:
    with pytest.raises(FeatureError, match="there are no answers to look through: nothing was asked"):
        require_secrets_hidden([], [PASSWORD], [], [])


def test_parts_are_as_long_as_what_tells_something() -> None:
    assert list(parts("abcdefghi")) == ["abcdefg", "bcdefgh", "cdefghi"]
    assert list(parts("abc")) == ["abc"]
