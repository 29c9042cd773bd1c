"""What is wrong with a feature as it is written, and says nothing of the platform."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FeatureMistake(Exception):
    """The feature is to be mended: a missing tag, table or column, a name that nobody made.

    No AssertionError: a check that failed tells of the platform, and this one could not look at it.
    """


class CodeMistake(Exception):
    """The tests' own code did what no step or hook may do."""


def require_written(fact: object, sentence: str) -> None:
    """Raise FeatureMistake with the sentence unless the fact holds."""
    if not fact:
        raise FeatureMistake(sentence)


def told_known(name: str, names: Iterable[str]) -> str:
    """Return what was probably meant by a name, and which there are, to stand behind the sentence that it is none."""
    known = list(names)
    near = difflib.get_close_matches(name, known, n=1)
    return (f' Did you mean "{near[0]}"?' if near else "") + f" Known: {', '.join(known)}"
