"""The keywords of a feature's language, as behave knows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from behave import i18n

DEFAULT_LANGUAGE = "en"
QUOTES = ('"""', "'''")
"""What delimits the text of a step."""

_LANGUAGE = re.compile(r"^\s*#\s*language:\s*(\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Keywords:
    """The keywords of one language. Those of steps keep the blank that must follow them, as behave stores them."""

    given: tuple[str, ...]
    steps: tuple[str, ...]
    features: tuple[str, ...]
    rules: tuple[str, ...]
    backgrounds: tuple[str, ...]
    scenarios: tuple[str, ...]
    outlines: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def blocks(self) -> tuple[str, ...]:
        """Every keyword that starts a block within a feature."""
        return (*self.rules, *self.backgrounds, *self.scenarios, *self.outlines, *self.examples)

    def block_of(self, line: str) -> str:
        """Return the keyword of the block that a stripped line starts, "" if it starts none."""
        found = (keyword for keyword in (*self.features, *self.blocks) if line.startswith(f"{keyword}:"))
        return next(found, "")

    def is_step(self, line: str) -> bool:
        """Return whether behave reads a stripped line as a step where steps are allowed."""
        return any(line.lower().startswith(keyword.lower()) for keyword in self.steps)


@cache
def keywords(language: str = DEFAULT_LANGUAGE) -> Keywords:
    """Return the keywords of a language. Raises KeyError if behave does not know it."""
    known = i18n.languages[language]

    def of(*names: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(keyword for name in names for keyword in known.get(name, ())))

    return Keywords(
        given=tuple(keyword for keyword in of("given") if not keyword.startswith("*")),
        steps=of("given", "when", "then", "and", "but"),
        features=of("feature"),
        rules=of("rule"),
        backgrounds=of("background"),
        scenarios=of("scenario"),
        outlines=of("scenario_outline"),
        examples=of("examples"),
    )


def keywords_in(text: str) -> Keywords:
    """Return the keywords of a feature's language, English ones if behave does not know it."""
    language = language_of(text)
    return keywords(language if language in i18n.languages else DEFAULT_LANGUAGE)


def language_of(text: str, default: str = DEFAULT_LANGUAGE) -> str:
    """Return the language that a feature names in a comment before its first line, or the default."""
    for line in text.splitlines():
        if found := _LANGUAGE.match(line):
            return found[1]
        if line.strip() and not line.lstrip().startswith("#"):
            break
    return default
