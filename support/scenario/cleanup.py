"""What a scenario created, and how it is taken away again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


class CleanupFailed(Exception):
    """Something that the scenario created could not be taken away; the message names every such thing."""


@dataclass
class Cleanup:
    """A stack of named actions, registered on the line after a creation and run in reverse order."""

    _actions: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    def add(self, name: str, action: Callable[[], object]) -> None:
        """Register how to take one thing away. The name says what is done: 'delete VOD 42'."""
        self._actions.append((name, action))

    def run(self) -> None:
        """Run every action, also when some fail; then raise CleanupFailed with all that went wrong."""
        problems = []
        failed_check: AssertionError | None = None
        while self._actions:
            name, action = self._actions.pop()
            try:
                action()
            except Exception as error:  # noqa: BLE001 - every action must get its turn; the errors are raised below
                if failed_check is None and isinstance(error, AssertionError):
                    failed_check = error  # the platform responded unexpectedly, for instance to a DELETE
                problems.append(f"could not {name}: {str(error) or type(error).__name__}")
        if problems:
            raise CleanupFailed("; ".join(problems)) from failed_check
