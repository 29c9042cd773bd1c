"""What a scenario remembers under a name, with its type."""

from __future__ import annotations

import difflib
from typing import TypeVar

from support.mistakes import FeatureMistake

Remembered = TypeVar("Remembered")
MADE_BY = {
    "answer": "When Dana sends GET /api/vod/list",
    "answers": "When Dana sends GET /api/vod/list 20 times from 5 concurrent clients",
    "API process": "When the database is suddenly unavailable",
    "compared before": "When Mallory reads the OpenAPI document",
    "connections": "Given the number of database connections is known",
    "counts before": "Given the worker is paused",
    "document": "When Mallory reads the OpenAPI document",
    "metrics": "Given the metrics have been scraped",
    "portfolio in hand": 'Given Ravi has the portfolio "Growth"',
    "session": "Given Dana is signed in",
}
"""A sentence that makes what steps keep under names of their own, where the name alone would not tell."""
UNNAMED = ("answer", "answers", "file", "message", "recording")
"""What steps remember without being told a name for it; features may write its parts."""
_NAMED_IN_FEATURES = {"Vod": "VOD", "Thing": "thing", "object": "thing"}
"""Kinds of what features give names to, in their words."""


class Memory:
    """Named things of one scenario. A later thing of the same name takes the place of the earlier."""

    def __init__(self) -> None:
        self._things: dict[str, object] = {}

    def remember(self, name: str, thing: object) -> None:
        """Keep a thing under a name."""
        self._things[name] = thing

    @property
    def names(self) -> list[str]:
        """The names under which something is kept, oldest first."""
        return list(self._things)

    def recall(self, name: str, kind: type[Remembered]) -> Remembered:
        """Return the thing of this name; fails with what is known where there is none, or it is of another kind."""
        thing = self._things.get(name)
        if isinstance(thing, kind):
            return thing
        raise FeatureMistake(self._why_not(name, kind))

    def _why_not(self, name: str, kind: type[object]) -> str:
        word = _NAMED_IN_FEATURES.get(kind.__name__)
        if word is None:
            such_as = f", such as: {MADE_BY[name]}" if name in MADE_BY else ""
            needed = f"a step that gives it ({name}) must come before{such_as}"
            return f"This step needs something that is not there yet: {needed}"
        if name in self._things:
            return f'"{name}" is no {word}: the name is that of something else'
        known = [key for key, thing in self._things.items() if isinstance(thing, kind)]
        if near := difflib.get_close_matches(name, known, n=1):
            return f'No {word} "{name}" was made before. Did you mean "{near[0]}"?'
        told = ", ".join(f'"{one}"' for one in known) or "none"
        return f'No {word} "{name}" was made before; made were: {told}'
