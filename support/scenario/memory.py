"""What a scenario remembers under a name, with its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from support.errors import FeatureError, suggest

Remembered = TypeVar("Remembered")
UNNAMED = ("response", "responses", "file", "message", "recording")
"""Names under which steps remember values that features may use in braces."""


class Memory:
    """Named values of one scenario; a later value replaces an earlier one of the same name.

    `created_by` maps names that steps choose by themselves to a step text that creates the value.
    """

    def __init__(self, created_by: Mapping[str, str] | None = None) -> None:
        self.created_by: Mapping[str, str] = created_by or {}
        self._values: dict[str, object] = {}

    def remember(self, name: str, value: object) -> None:
        """Store a value under a name."""
        self._values[name] = value

    @property
    def names(self) -> list[str]:
        """The names of all stored values, oldest first."""
        return list(self._values)

    def recall(self, name: str, type: type[Remembered]) -> Remembered:
        """Return the value of this name. Raises FeatureError where there is none, or it has another type."""
        value = self._values.get(name)
        if isinstance(value, type):
            return value
        raise FeatureError(self._missing(name, type))

    def _missing(self, name: str, type: type[object]) -> str:
        if name in self.created_by or name in UNNAMED:
            example = f", for example: {self.created_by[name]}" if name in self.created_by else ""
            return f"this step needs an earlier step that stores the {name}{example}"
        kind = "VOD" if type.__name__ == "Vod" else "resource"
        if name in self._values:
            return f'"{name}" is not a {kind}'
        known = [key for key, value in self._values.items() if isinstance(value, type)]
        return f'unknown {kind} "{name}".{suggest(name, known)}'
