"""Private notes, encrypted in the database."""

from __future__ import annotations

from cryptography.fernet import Fernet

from support.reference.settings import Settings


def encrypt(settings: Settings, notes: str | None) -> str | None:
    """Return the notes as they are stored."""
    return None if notes is None else _fernet(settings).encrypt(notes.encode()).decode()


def decrypt(settings: Settings, token: str | None) -> str | None:
    """Return the notes as they were written."""
    return None if token is None else _fernet(settings).decrypt(token).decode()


def _fernet(settings: Settings) -> Fernet:
    return Fernet(settings.notes_key.get_secret_value())
