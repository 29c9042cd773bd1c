"""What a scenario remembers under a name, with its type."""

from __future__ import annotations

import difflib
from typing import TypeVar

from support.mistakes import FeatureMistake

Remembered = TypeVar("Remembered")
MADE_BY = {
    "answer": "a step that asks the platform must come before: When Dana sends GET /api/vod/list",
    "answers": "a step that asks many times must come before: When Dana sends GET /api/vod/list 20 times by 5 at once",
    "portfolio in hand": 'a portfolio must come before: Given the portfolio "Growth" of Ravi',
}
"""Which step makes what is remembered without being named in a feature."""
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
            made_by = MADE_BY.get(name, f"a step that gives one ({name}) must come before")
            return f"This step needs something that is not there yet: {made_by}"
        if name in self._things:
            return f'"{name}" is no {word}: the name is that of something else'
        known = [key for key, thing in self._things.items() if isinstance(thing, kind)]
        if near := difflib.get_close_matches(name, known, n=1):
            return f'No {word} "{name}" was made before. Did you mean "{near[0]}"?'
        told = ", ".join(f'"{one}"' for one in known) or "none"
        return f'No {word} "{name}" was made before; made were: {told}'
