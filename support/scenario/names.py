"""Unique suffixes of names, which tell the resources of runs that share a target apart."""

from __future__ import annotations

import re
import secrets

_SUFFIX = re.compile(r"(?<![0-9A-Za-z])x[0-9a-f]{8}(?![0-9A-Za-z])")


def new_run_id() -> str:
    """Return a new prefix for the suffixes of all scenarios of a run: "x7f3a"."""
    # Dates (20251120) and UUIDs do not have the letter in front: a sweep deletes whatever has a suffix.
    return f"x{secrets.token_hex(2)}"


def scenario_id(run: str) -> str:
    """Return the suffix of one more scenario of a run: "x7f3a12c4"."""
    return run + secrets.token_hex(2)


def account_name(name: str, suffix: str) -> str:
    """Return the user name of the account that a feature calls `name`: "alma-x7f3a12c4"."""
    return f"{name.lower()}-{suffix}"


def id_in(name: str) -> str | None:
    """Return the suffix in the name of a resource or file; None where no scenario has created it."""
    found = _SUFFIX.search(name)
    return found[0] if found else None
