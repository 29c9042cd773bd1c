"""Lines that were meant as steps or blocks, but that behave reads as descriptions and never runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from behave.model import Feature, ScenarioOutline

from support.gherkin.keywords import DEFAULT_LANGUAGE, QUOTES, Keywords, keywords

PROSE = frozenset(
    {"the", "they", "them", "than", "thin", "hen", "ten", "gives", "giver", "any", "ant", "end", "add", "aid"}
    | {"hand", "sand", "land", "band", "put", "cut", "out", "nut", "hut", "bit", "bet", "bug", "bus", "buy", "rules"}
)
"""English words that prose starts with and that are one edit away from a keyword."""


def stray_text(feature: Feature, is_step_text: Callable[[str], bool] = lambda text: False) -> Iterator[tuple[str, str]]:
    """Yield place and message of each description line that was meant as a step or a block.

    `is_step_text` says whether a step definition matches; callers without step definitions omit it.
    """
    known = keywords(feature.language or DEFAULT_LANGUAGE)
    backgrounds = [one.background for one in (feature, *feature.rules) if one.background]
    scenarios = feature.walk_scenarios(with_outlines=True)
    written = [scenario for scenario in scenarios if not isinstance(scenario.parent, ScenarioOutline)]
    for block in (feature, *feature.rules):
        for line in block.description:
            if _is_block(line, known) or line.startswith(known.given):
                yield f"{block.location}", _message(line, known)
    for block in (*backgrounds, *written):
        for line in block.description:
            texts = (line, line.partition(" ")[2])
            misplaced = line.startswith(("|", *QUOTES)) or any(map(is_step_text, texts))
            if misplaced or _is_block(line, known) or _is_step(line, known):
                yield f"{block.location}", _message(line, known)


def _message(line: str, known: Keywords) -> str:
    steps = (step.strip() for step in known.steps if not step.startswith("*"))
    expected = ", ".join(dict.fromkeys((*steps, *(f"{block}:" for block in known.blocks))))
    return (
        f'"{line}" is read as description and never run. Start a step or block with a keyword ({expected}), '
        "or reword a description whose first word resembles one"
    )


def _is_block(line: str, known: Keywords) -> bool:
    """Return whether a line resembles `Backgroud:`, or is `Background` without a colon."""
    name, colon, _ = line.partition(":")
    name = name.strip()
    for keyword in (*known.features, *known.blocks):
        if name.lower() == keyword.lower() and (colon or name == line.strip()):
            return True
        if _is_similar(name, keyword) and (colon or name == line.strip()):
            return True
    return False


def _is_step(line: str, known: Keywords) -> bool:
    """Return whether a line starts with a step keyword or one typing error away from it."""
    if line.startswith("* ") or line == "*":
        return True
    for keyword in {step.strip() for step in known.steps if not step.startswith("*")}:
        words = len(keyword.split())
        start = " ".join(line.split()[:words])
        if start.lower() == keyword.lower() or _is_similar(start, keyword):
            return True
    return False


def _is_similar(text: str, keyword: str) -> bool:
    """Return whether text is one insertion, deletion, replacement or swap of neighbours away from a keyword.

    Words of prose such as "While", "Put" and "Then" differ by more, or by their first letter.
    """
    left, right = text.lower(), keyword.lower()
    if left == right or min(len(left), len(right)) < 3 or left in PROSE or not re.fullmatch(r"[^\W\d_][\w' -]*", left):
        return False
    return _is_one_edit(left, right)


def _is_one_edit(left: str, right: str) -> bool:
    if len(left) > len(right):
        left, right = right, left
    if len(right) - len(left) > 1:
        return False
    first = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[first:] == right[first + 1 :]
    swapped = left[first + 1 : first + 2] + left[first : first + 1] == right[first : first + 2]
    return left[first + 1 :] == right[first + 1 :] or (swapped and left[first + 2 :] == right[first + 2 :])
