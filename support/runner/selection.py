"""Whether what was selected can give a verdict at all."""

from __future__ import annotations

import difflib
import fnmatch
import re
import shlex
from collections.abc import Iterator, Sequence

from behave.configuration import Configuration
from behave.model import Feature, Scenario

from support.exits import SelectionError


def selected(features: Sequence[Feature], config: Configuration) -> Iterator[Scenario]:
    """Yield the scenarios that tags, names and locations of the command line select."""
    for feature in features:
        for scenario in feature.walk_scenarios():
            if scenario.should_run(config):
                yield scenario


def refuse_nothing(features: Sequence[Feature], config: Configuration) -> None:
    """Raise SelectionError when no scenario is selected: a green run of nothing is a lie."""
    if any(True for _ in selected(features, config)):
        return
    known = {tag for feature in features for scenario in feature.walk_scenarios() for tag in scenario.effective_tags}
    if not any(True for feature in features for _ in feature.walk_scenarios()):
        raise SelectionError("Nothing to run: the features hold no scenario.")
    raise SelectionError(f"Nothing to run: no scenario matches{_asked(config)}.{_suggestion(config, known)}")


def _asked(config: Configuration) -> str:
    tags = "".join(f" --tags={shlex.quote(tag)}" for tag in config.tags or ())
    names = "".join(f" --name={shlex.quote(name)}" for name in config.name or ())
    return tags + names


def _suggestion(config: Configuration, known: set[str]) -> str:
    asked = set(re.findall(r"[\w.:*-]+", " ".join(config.tags or ()))) - {"and", "or", "not"}
    for unknown in sorted(tag for tag in asked if not fnmatch.filter(known, tag)):
        close = difflib.get_close_matches(unknown, known, n=1)
        return f" No scenario has the tag @{unknown}" + (f"; did you mean @{close[0]}?" if close else ".")
    return ""
