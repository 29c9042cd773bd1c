"""Options of a run that are passed through behave: `-D name=value`."""

from __future__ import annotations

import difflib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from support.errors import UsageError
from support.targets.settings import EMBEDDED

Value = TypeVar("Value")

DESCRIPTIONS = {
    "target": "the deployment to test: a name from support/targets, or the path of a .toml file",
    "order": "random, or random:SEED to repeat an order; default: as written",
    "retries": "how often a failed scenario is retried (default: 0)",
    "flaky": "fail: scenarios that passed on retry fail the run",
    "shard": "2/5 runs the second fifth of the scenarios",
}


@dataclass(frozen=True)
class Shard:
    """Part `number` (from 1) of `count` parts."""

    number: int
    count: int


@dataclass(frozen=True)
class Options:
    """The options of a run. `seed` is None if scenarios run as written."""

    target: str = EMBEDDED
    seed: str | None = None
    retries: int = 0
    flaky_fails: bool = False
    shard: Shard = Shard(1, 1)


def read_options(userdata: Mapping[str, str]) -> Options:
    """Read behave's userdata. Raises UsageError for an unknown option or an invalid value."""
    for name in userdata:
        if name not in DESCRIPTIONS:
            close = difflib.get_close_matches(name, DESCRIPTIONS, n=1)
            known = "; ".join(f"{option}: {description}" for option, description in DESCRIPTIONS.items())
            hint = f"Did you mean -D {close[0]}=...?" if close else f"Known: {known}."
            raise UsageError(f"Unknown option -D {name}. {hint}")

    def option(name: str, parse: Callable[[str], Value | None], default: Value) -> Value:
        if name not in userdata:
            return default
        value = parse(str(userdata[name]))
        if value is None:
            raise UsageError(f"Invalid option -D {name}={userdata[name]}. {name}: {DESCRIPTIONS[name]}.")
        return value

    return Options(
        target=option("target", _target, EMBEDDED),
        seed=option("order", _seed, "") or None,
        retries=option("retries", lambda text: int(text) if text.isdecimal() else None, 0),
        flaky_fails=option("flaky", lambda text: True if text == "fail" else None, False),
        shard=option("shard", _shard, Shard(1, 1)),
    )


def _target(text: str) -> str | None:
    return None if text in ("", "true") else text  # behave reads `-D target` as "true"


def _seed(text: str) -> str | None:
    match = re.fullmatch(r"random(?::(\w+))?", text)
    return (match.group(1) or secrets.token_hex(3)) if match else None


def _shard(text: str) -> Shard | None:
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match.group(1)) <= int(match.group(2)):
        return None
    return Shard(int(match.group(1)), int(match.group(2)))
