import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from support.evidence.masking import Masker, is_secret_name

SECRET = 'S3cret/pa ss"word+é'
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkYW5hIn0.c2lnbmF0dXJl"


@pytest.fixture
def masker() -> Masker:
    masker = Masker()
    masker.add(SECRET)
    return masker


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_masked_in_every_form(masker: Masker, form: str) -> None:
    assert masker.text(f"it is {form}.").replace('"', "") == "it is ***."


@pytest.mark.parametrize("user", ["d", "da", "dan", "dana"])
def test_a_secret_is_masked_wherever_it_stands_inside_base64(masker: Masker, user: str) -> None:
    encoded = base64.b64encode(f"{user}:{SECRET}:and more".encode()).decode()
    masked = masker.text(encoded)
    assert "***" in masked
    # At most the characters at its ends, which hold bits of the neighbours too, are left.
    assert len(masked) - 3 <= len(encoded) - len(SECRET.encode()) * 8 // 6 + 2


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    masker = Masker()
    masker.add("winter")
    masker.add("winter-2026")
    assert masker.text("winter-2026 and winter") == "*** and ***"


@pytest.mark.parametrize("token", [JWT, JWT.rpartition(".")[0] + ".", JWT.rpartition(".")[0]])
def test_a_json_web_token_is_masked_unknown_as_it_is(token: str) -> None:
    assert Masker().text(f"got {token}!") == "got ***!"


def test_ordinary_text_stays_as_it_is(masker: Masker) -> None:
    text = "eyJust words: secret pass, S3cret, 100 %"
    assert masker.text(text) == text


@pytest.mark.parametrize("secret", ["", "abc"])
def test_a_secret_too_short_to_mask_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="at least 4 characters"):
        Masker().add(secret)


def test_headers_keep_what_is_no_secret(masker: Masker) -> None:
    headers = {
        "Authorization": "Bearer abc",
        "proxy-authorization": "secret-without-scheme",
        "Cookie": "session=abc; theme=dark",
        "Set-Cookie": "session=abc; HttpOnly; Path=/",
        "X-Api-Key": "abc",
        "X-Auth-Token": "abc",
        "X-Request-ID": "7f3a",
        "X-Note": f"holds {SECRET}",
    }
    assert masker.headers(headers) == {
        "Authorization": "Bearer ***",
        "proxy-authorization": "***",
        "Cookie": "session=***; theme=***",
        "Set-Cookie": "session=***; HttpOnly; Path=/",
        "X-Api-Key": "***",
        "X-Auth-Token": "***",
        "X-Request-ID": "7f3a",
        "X-Note": "holds ***",
    }


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("http://h/a?token=abc&q=1", "http://h/a?token=***&q=1"),
        ("postgresql://platform:pw@h:5432/db", "postgresql://platform:***@h:5432/db"),
        (f"http://h/{quote(SECRET, safe='')}/x", "http://h/***/x"),
        ("http://h/a?q=a%20b&r=", "http://h/a?q=a%20b&r="),
    ],
)
def test_addresses(masker: Masker, url: str, masked: str) -> None:
    assert masker.url(url) == masked


def test_json_fields_are_masked_by_name_at_every_depth(masker: Masker) -> None:
    body = {
        "username": "dana",
        "Password": 12345,
        "nested": [{"access_token": "abc", "token_type": "bearer", "credentials": {"user": "x"}}],
        "refreshToken": None,
        "secret": False,
        "note": f"is {SECRET}",
    }
    assert json.loads(masker.body(json.dumps(body), "application/json; charset=utf-8")) == {
        "username": "dana",
        "Password": "***",
        "nested": [{"access_token": "***", "token_type": "bearer", "credentials": "***"}],
        "refreshToken": None,
        "secret": False,
        "note": "is ***",
    }


def test_json_is_indented_or_in_one_line(masker: Masker) -> None:
    assert masker.body('{"a":1}', "application/json") == '{\n  "a": 1\n}'
    assert masker.body('{"a":1}', "application/json", indent=None) == '{"a": 1}'


def test_forms_are_masked_by_name(masker: Masker) -> None:
    form = masker.body("username=dana&password=abc&empty=", "application/x-www-form-urlencoded")
    assert form == "username=dana&password=***&empty="


def test_a_body_that_only_claims_to_be_json_is_masked_as_text(masker: Masker) -> None:
    assert masker.body(f"{{oops {SECRET}", "application/json") == "{oops ***"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("newPassword", True),
        ("password_hash", True),
        ("access_token", True),
        ("X-Api-Key", True),
        ("APIKey", True),
        ("apikey", True),
        ("signing_key", True),
        ("client-secret", True),
        ("token_type", False),
        ("password_updated_at", False),
        ("primary_key", False),
        ("keyframe", False),
        ("secretary", False),
        ("", False),
    ],
)
def test_names_of_secret_fields(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


ARGON = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b/dWRWJTmaaJObG"


@pytest.mark.parametrize("form", [ARGON, quote(ARGON, safe=""), quote_plus(ARGON)])
def test_a_password_hash_is_masked_known_or_not(masker: Masker, form: str) -> None:
    assert masker.text(f'it is "{form}".') == 'it is "***".'


def test_a_secret_is_masked_as_python_writes_it(masker: Masker) -> None:
    assert masker.text(f"{SECRET!r} {SECRET.encode()!r}") == "'***' b'***'"
