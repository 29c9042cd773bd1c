"""Tokens as an intruder would have them: each is wrong in one way, and only in that."""

import time
from collections.abc import Callable

import jwt
import pytest

from support.clients.sessions import SignedIn, claims_of
from support.clients.tokens import CREDENTIALS, TokenForge

KEY = "a signing key that is as long as it has to be for each of the algorithms that are tried"
NOW = int(time.time())
CLAIMS = {"sub": "7", "role": "editor", "jti": "s", "iat": NOW, "exp": NOW + 1800}


def encoded(**claims: object) -> str:
    return jwt.encode({**CLAIMS, **claims}, KEY, algorithm="HS256")


SESSION = SignedIn("Dana", encoded(), encoded(jti="r"), 1800)


def header(name: str, key: Callable[[], str] = lambda: KEY) -> str | None:
    return TokenForge(key).header(name, SESSION)


def token(name: str) -> str:
    scheme, _, token = str(header(name)).partition(" ")
    assert scheme == "Bearer"
    return token


def verified(name: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token(name), KEY, algorithms=["HS256"], options={"require": ["exp"]})
    return claims


def test_a_token_about_to_expire_is_good() -> None:
    assert {**verified("a token about to expire"), "iat": 0, "exp": 0} == {**CLAIMS, "iat": 0, "exp": 0}


@pytest.mark.parametrize(
    "name, trouble",
    [
        ("an expired token", jwt.ExpiredSignatureError),
        ("a token without an expiry", jwt.MissingRequiredClaimError),
        ("a token with another algorithm", jwt.InvalidAlgorithmError),
        ("a token with the algorithm none", jwt.InvalidAlgorithmError),
        ("a token signed with another key", jwt.InvalidSignatureError),
        ("an altered token", jwt.InvalidSignatureError),
        ("a token without its signature", jwt.InvalidSignatureError),
    ],
)
def test_each_token_is_refused_for_what_it_is_called_after(name: str, trouble: type[jwt.PyJWTError]) -> None:
    with pytest.raises(trouble):
        verified(name)


def test_an_altered_token_claims_more_than_it_was_given() -> None:
    assert claims_of(token("an altered token")) == {**CLAIMS, "role": "administrator"}


def test_what_needs_no_key_does_not_ask_for_it() -> None:
    def no_key() -> str:
        raise AssertionError("the target does not grant 'signing_key'")

    needing = []
    for name in CREDENTIALS:
        try:
            header(name, no_key)
        except AssertionError:
            needing.append(name)
    assert needing == [
        "an expired token",
        "a token about to expire",
        "a token without an expiry",
        "a token with another algorithm",
    ]
