"""Passwords, stored as Argon2id hashes."""

from __future__ import annotations

import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class Passwords:
    """Hashes and verifies passwords with one lane, ``memory_kib`` and ``passes``."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hashes = PasswordHash((Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1),))
        # Computed now, so that the first attempt with an unknown name takes no longer than the second.
        self.dummy_hash = self.hash(secrets.token_urlsafe())
        """The hash of a random password, for accounts without one."""

    def hash(self, password: str) -> str:
        """Return the hash to store."""
        return self._hashes.hash(password)

    def verify(self, password: str, stored: str | None) -> bool:
        """Return whether the password matches. Without a hash it takes as long, and returns False."""
        return self._hashes.verify(password, stored or self.dummy_hash) and stored is not None
