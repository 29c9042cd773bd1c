"""The mark in the names of what a scenario makes: runs that share a target tell their things from all others by it."""

from __future__ import annotations

import re
import secrets

_MARK = re.compile(r"(?<![0-9A-Za-z])x[0-9a-f]{8}(?![0-9A-Za-z])")


def run_id() -> str:
    """Return what the marks of all scenarios of a run begin with: "x7f3a"."""
    # The letter in front is in no date (20251120) and no UUID: a sweep deletes what has a mark.
    return f"x{secrets.token_hex(2)}"


def scenario_id(run: str) -> str:
    """Return the mark of one more scenario of a run: "x7f3a12c4"."""
    return run + secrets.token_hex(2)


def account_name(name: str, suffix: str) -> str:
    """Return the user name of the account that a feature calls `name`: "alma-x7f3a12c4"."""
    return f"{name.lower()}-{suffix}"


def id_in(name: str) -> str | None:
    """Return the mark that a name of a thing or a path holds; None where it holds none, and so is not of a scenario."""
    found = _MARK.search(name)
    return found[0] if found else None
