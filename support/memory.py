"""What a scenario remembers under a name, with its type."""

from __future__ import annotations

from typing import TypeVar

Kind = TypeVar("Kind")
MADE_BY = {
    "answer": "a step that asks the platform must come before: When Dana sends GET /api/vod/list",
    "answers": "a step that asks many times must come before: When Dana sends GET /api/vod/list 20 times by 5 at once",
}
"""Which step makes what is remembered without being named in a feature."""


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

    def recall(self, name: str, kind: type[Kind]) -> Kind:
        """Return the thing of this name; fails with what is known where there is none, or it is of another kind."""
        thing = self._things.get(name)
        if isinstance(thing, kind):
            return thing
        known = ", ".join(f'"{key}" ({type(value).__name__})' for key, value in self._things.items()) or "nothing yet"
        found = "nothing" if thing is None else f"a {type(thing).__name__}"
        hint = f" ({MADE_BY[name]})" if thing is None and name in MADE_BY else ""
        raise AssertionError(f'"{name}" should name a {kind.__name__}, but names {found}{hint}; known: {known}')
