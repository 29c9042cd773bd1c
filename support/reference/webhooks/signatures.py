"""The secret of a webhook: how it is generated, stored and used."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet

from support.reference.settings import Settings

_SECRET_BYTES = 32  # 43 characters in URL-safe Base64


def new_secret() -> str:
    """Generate a secret."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def encrypt(settings: Settings, secret: str) -> str:
    """Return the secret in the form that is stored."""
    return _fernet(settings).encrypt(secret.encode()).decode()


def decrypt(settings: Settings, token: str) -> str:
    """Return the secret of its stored form."""
    return _fernet(settings).decrypt(token).decode()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``X-Platform-Signature``; ``timestamp`` is in seconds since 1970."""
    signed = str(timestamp).encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _fernet(settings: Settings) -> Fernet:
    return Fernet(settings.credentials_key.get_secret_value())
