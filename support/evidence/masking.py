"""Masks secrets in everything that a run writes."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

MASK = "***"

_SHORTEST_SECRET = 4  # characters; masking shorter ones would garble ordinary text
_SHORTEST_CORE = 6  # characters of base64 that make a match more than chance

_JWT = r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"
_PASSWORD_HASH = r"(?:\$|%24)argon2[a-z]*(?:\$|%24)[\w$=,+/.%-]+"
_ALWAYS = f"{_JWT}|{_PASSWORD_HASH}"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    {"apikey", "authorization", "cookie", "credential", "credentials", "passphrase", "passwd", "password", "passwords"}
    | {"pwd", "secret", "secrets", "token", "tokens"}
)
_KEY_TYPES = frozenset({"access", "api", "encryption", "private", "secret", "signing"})
# Fields *about* a secret are evidence, not secrets: token_type, password_updated_at.
_ABOUT_A_SECRET = frozenset({"at", "count", "expires", "expiry", "length", "limit", "policy", "type", "updated", "url"})


class Masker:
    """Replaces the secrets of a run by `***` in text, headers, bodies and URLs.

    Known secrets are found as they are, URL-encoded, JSON-escaped or anywhere inside base64 (so also
    in `Authorization: Basic`). Any JSON Web Token and any Argon2 hash is masked, known or not.
    """

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern = re.compile(_ALWAYS)

    def add(self, secret: str) -> None:
        """Mask `secret` from now on. Raises ValueError if it has fewer than four characters."""
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError(
                f"length of a secret: expected at least {_SHORTEST_SECRET} characters, got {len(secret)}. "
                "Masking it would garble ordinary text."
            )
        if secret in self._secrets:
            return
        self._secrets.add(secret)
        forms = {form for known in self._secrets for form in _forms(known)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join([*map(re.escape, longest_first), _ALWAYS]))

    @property
    def secrets(self) -> frozenset[str]:
        """The secrets that were added so far."""
        return frozenset(self._secrets)

    def __reduce__(self) -> tuple[Callable[[], Masker], tuple[()]]:
        """Replace the masker in another process by the one in use there."""
        return masker_in_use, ()

    def text(self, text: str) -> str:
        """Return the text with every secret, JSON Web Token and password hash replaced."""
        return self._pattern.sub(MASK, text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers with secrets replaced, but for schemes, cookie names and cookie attributes."""
        return {name: self._header(name, value) for name, value in headers.items()}

    def url(self, url: str) -> str:
        """Return the URL with known secrets, its password and secret parameters (`?token=`) replaced."""
        if "@" not in url and "?" not in url:
            return self.text(url)
        parts = urlsplit(url)
        user, at, host = parts.netloc.rpartition("@")
        if at and ":" in user:
            parts = parts._replace(netloc=f"{user.partition(':')[0]}:{MASK}@{host}")
        if any(is_secret_name(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
            parts = parts._replace(query=self.form(parts.query))
        return self.text(urlunsplit(parts))

    def form(self, form: str) -> str:
        """Return a URL-encoded form or query with its secret fields replaced."""
        fields = parse_qsl(form, keep_blank_values=True)
        masked = [(name, MASK if is_secret_name(name) else self.text(value)) for name, value in fields]
        return urlencode(masked, safe="*")

    def json(self, value: Any) -> Any:
        """Return a JSON value with its secret fields replaced at every depth, but for null and booleans."""
        match value:
            case dict():
                return {self.text(k): _hidden(v) if is_secret_name(k) else self.json(v) for k, v in value.items()}
            case list():
                return [self.json(item) for item in value]
            case str():
                return self.text(value)
            case _:
                return value

    def body(self, body: str, media_type: str, *, indent: int | None = 2) -> str:
        """Return the text of a body with its secrets replaced; JSON is indented, or in one line."""
        if "x-www-form-urlencoded" in media_type:
            return self.form(body)
        if "json" in media_type or body.lstrip()[:1] in {"{", "["}:
            try:
                shown = json.dumps(self.json(json.loads(body)), indent=indent, ensure_ascii=False)
                return shown.encode(errors="backslashreplace").decode()  # a lone surrogate has no UTF-8
            except (ValueError, RecursionError):  # invalid JSON, or nested too deeply: shown as received
                pass
        return self.text(body)

    def _header(self, name: str, value: str) -> str:
        match name.lower():
            case "authorization" | "proxy-authorization":
                scheme, blank, _ = value.partition(" ")
                return f"{scheme} {MASK}" if blank else MASK
            case "cookie":
                return "; ".join(_masked_cookie(cookie) for cookie in value.split("; "))
            case "set-cookie":
                cookie, semicolon, attributes = value.partition(";")
                return _masked_cookie(cookie) + semicolon + self.text(attributes)
            case _ if is_secret_name(name):
                return MASK
            case _:
                return self.text(value)


_in_use = [Masker()]


def use_masker(masker: Masker) -> None:
    """Mask everything written from now on with this masker; before, only tokens and hashes are masked."""
    _in_use[0] = masker


def masker_in_use() -> Masker:
    """Return the masker of this process."""
    return _in_use[0]


@functools.lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether a field contains a secret: `password`, `accessToken`, but not `token_type`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    if not _SECRET_WORDS.isdisjoint(words):
        return True
    return words[-1] in {"key", "keys"} and not _KEY_TYPES.isdisjoint(words)


def _hidden(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else MASK


def _masked_cookie(cookie: str) -> str:
    name, equals, _ = cookie.partition("=")
    return f"{name}={MASK}" if equals else MASK


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from (repr(secret)[1:-1], repr(secret.encode())[2:-1])
    data = secret.encode()
    yield from (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode())
    for shift in range(3):
        yield from _base64_cores(data, shift)


def _base64_cores(data: bytes, shift: int) -> Iterator[str]:
    """Yield the base64 of `data` after `shift` (0 to 2) bytes modulo three, without ends that depend on other bytes."""
    first = -(-shift * 8 // 6)
    last = (shift + len(data)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        core = encode(bytes(shift) + data).decode()[first:last]
        if len(core) >= _SHORTEST_CORE:
            yield core
