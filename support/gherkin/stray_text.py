"""Lines that were meant as steps or blocks and became prose: behave takes whatever stands before the first step so."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

from behave.model import Feature, ScenarioOutline

from support.gherkin.parse import BLOCKS, QUOTES, STEPS

PROSE = frozenset(
    {"The", "They", "There", "These", "Them", "That", "This", "What", "Where", "Who"}
    | {"Whenever", "Any", "An", "By", "Be"}
)
"""Words that prose begins with and that are like keywords."""


def stray_text(feature: Feature, is_sentence: Callable[[str], bool] = lambda text: False) -> Iterator[tuple[str, str]]:
    """Yield the lines of descriptions that are no prose: the place of their block, and what is wrong.

    `is_sentence` tells what a step definition takes, for those who have these at hand.
    """
    backgrounds = [one.background for one in (feature, *feature.rules) if one.background]
    scenarios = feature.walk_scenarios(with_outlines=True)
    written = [scenario for scenario in scenarios if not isinstance(scenario.parent, ScenarioOutline)]
    for block in (feature, *feature.rules):
        for line in block.description:
            if _is_block(line) or line.startswith(("Given ", "* ")):
                yield f"{block.location}", _told(line)
    for block in (*backgrounds, *written):
        for line in block.description:
            texts = (line, line.partition(" ")[2])
            if _is_block(line) or _is_step(line) or line.startswith(("|", *QUOTES)) or any(map(is_sentence, texts)):
                yield f"{block.location}", _told(line)


def _told(line: str) -> str:
    known = ", ".join((*STEPS, *(f"{block}:" for block in BLOCKS[:4])))
    return f'"{line}" is read as prose and never run: it begins with no keyword ({known}), or stands below none'


def _is_block(line: str) -> bool:
    """Whether a line is like `Backgroud:`, or is `Background` without a colon."""
    name = re.match(r"([A-Za-z]+(?: [A-Za-z]+)?) ?(?::|$)", line)
    return name is not None and bool(difflib.get_close_matches(name[1].title(), BLOCKS, n=1, cutoff=0.75))


def _is_step(line: str) -> bool:
    """Whether a line begins like a step; where steps are expected no prose is like them."""
    first = line.split()[0]
    return first == "*" or (
        first.isalpha()
        and first.capitalize() not in PROSE
        and bool(difflib.get_close_matches(first.capitalize(), STEPS, n=1, cutoff=0.65))
    )
