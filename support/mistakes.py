"""What is wrong with a feature as it is written, and says nothing of the platform."""

from __future__ import annotations


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
