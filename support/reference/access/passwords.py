"""Passwords are kept as Argon2id hashes."""

from __future__ import annotations

import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class Passwords:
    """Hashes and checks passwords with one lane, `memory_kib` and `passes`."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hashes = PasswordHash((Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1),))
        # Made now: the first who tries an unknown name must not wait longer than the second.
        self.dummy_hash = self.hash(secrets.token_urlsafe())
        """The hash of a password that nobody knows, for accounts without one."""

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return self._hashes.hash(password)

    def verify(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one that was hashed. Without a hash it takes as long, and is not."""
        return self._hashes.verify(password, kept or self.dummy_hash) and kept is not None
