"""Lines that tell in the report what a step did: one call for each, where `allure.step` takes a dozen."""

from typing import Any, NamedTuple

import allure_commons
from pluggy import HookspecMarker

_hookspec = HookspecMarker("allure")


class Line(NamedTuple):
    """What was done, in one line, over by now; `elapsed` is what it took, in seconds."""

    text: str
    elapsed: float


class LineHooks:
    """What a plugin of Allure may implement beside Allure's own hooks."""

    @_hookspec
    def tell_line(self, line: Line) -> None:
        """Show a line in the step, set-up or tear-down under way."""


allure_commons.plugin_manager.add_hookspecs(LineHooks)
_hooks: Any = allure_commons.plugin_manager.hook


def tell_line(line: Line) -> None:
    """Hand a line to whoever writes the report."""
    _hooks.tell_line(line=line)
