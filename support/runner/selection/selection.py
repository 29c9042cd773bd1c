"""Selects scenarios, and rejects an empty or ambiguous selection before anything starts."""

from __future__ import annotations

import difflib
import fnmatch
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from behave.configuration import Configuration
from behave.model import Feature, Scenario, ScenarioOutline
from behave.model_type import FileLocation

from support.allure.descriptions import rule_of, title_of
from support.errors import SelectionError, UsageError
from support.gherkin import tags
from support.gherkin.integrity import unclosed_braces, unverified_scenarios
from support.gherkin.stray_text import stray_text
from support.runner.selection.locations import empty_files

PLACEHOLDER = re.compile(r"<([^\W\d][\w -]*)>")


def selected(features: Sequence[Feature], config: Configuration) -> list[Scenario]:
    """Return the scenarios that the tags, names and locations of the command line select, as written."""
    return [scenario for feature in features for scenario in feature.walk_scenarios() if scenario.should_run(config)]


def reject_unsupported(config: Configuration) -> None:
    """Raise UsageError for options of behave that this project cannot carry out."""
    if config.jobs < 1:
        raise UsageError(f"-j {config.jobs}: expected a number of workers from 1.")
    if config.stage:
        raise UsageError(f"--stage={config.stage}: this project has no stages. Use -D target=NAME for a deployment.")


def reject_invalid(features: Sequence[Feature], config: Configuration, locations: Sequence[FileLocation] = ()) -> None:
    """Raise SelectionError with all problems of the selection; `locations` are the files of the command line."""
    in_use = {
        str(tag) for feature in features for scenario in feature.walk_scenarios() for tag in scenario.effective_tags
    }
    problems = [*_unknown(config), *(problem for feature in features for problem in _problems(feature))]
    if locations:
        problems += empty_files(locations, features)
    if problems:
        raise SelectionError("Invalid selection. " + " ".join(f"{problem}." for problem in problems))
    if not any(feature.walk_scenarios() for feature in features):
        raise SelectionError("No scenario selected: the features have no scenarios.")
    if not selected(features, config):
        raise SelectionError(f"No scenario matches{_criteria(config)}.{_missing(config, in_use)}")


def _criteria(config: Configuration) -> str:
    tag_expressions = "".join(f" --tags={shlex.quote(tag)}" for tag in config.tags or ())
    names = "".join(f" --name={shlex.quote(name)}" for name in config.name or ())
    return tag_expressions + names


def _tags_in(config: Configuration) -> list[str]:
    words = {word for part in config.tags or () for word in re.findall(r"[^\s()@]+", str(part))}
    return sorted(words - {"and", "or", "not"})


def _unknown(config: Configuration) -> Iterator[str]:
    for part in map(str, config.tags or ()):
        if "," in part or "~" in part:
            yield f'--tags={shlex.quote(part)}: old tag expression, write "or" for a comma and "not" for ~'
            return
    for tag in _tags_in(config):
        if not tags.is_known(tag) and not re.search(r"[*?\[]", tag):
            yield tags.explain_unknown(tag)


def _missing(config: Configuration, in_use: set[str]) -> str:
    for tag in _tags_in(config):
        if not fnmatch.filter(in_use, tag):
            close = difflib.get_close_matches(tag, in_use, n=1)
            return f" No scenario has the tag @{tag}." + (f" Did you mean @{close[0]}?" if close else "")
    return ""


def _problems(feature: Feature) -> Iterator[str]:
    with_outlines = feature.walk_scenarios(with_outlines=True)
    if not with_outlines:
        yield f'The feature "{feature.name}" ({feature.location}) has no scenarios'
    for scenario in with_outlines:
        if not scenario.steps:
            yield f'"{scenario.name}" ({scenario.location}) has no steps'
        if isinstance(scenario, ScenarioOutline):
            yield from _empty_tables(scenario)
            yield from unknown_columns(scenario)
    for location, message in (*stray_text(feature), *unclosed_braces(feature), *unverified_scenarios(feature)):
        yield f"{message} ({location})"
    for place in (feature, *feature.rules, *with_outlines):
        for tag in place.tags:
            if not tags.is_known(tag):
                yield f"{tags.explain_unknown(tag)} ({place.location})"
    for title, count in Counter(map(_title, feature.walk_scenarios())).items():
        if count > 1:
            yield f'The feature "{feature.name}" ({feature.location}) has {count} scenarios with the title "{title}"'
    yield from _rows_like_scenarios(feature)


def _rows_like_scenarios(feature: Feature) -> Iterator[str]:
    scenarios = feature.walk_scenarios()
    written = {_place(scenario) + _as_shown(scenario.name) for scenario in scenarios if not scenario._row}
    for row in (scenario for scenario in scenarios if scenario._row):
        title = _as_shown(title_of(row))
        if _place(row) + title in written:
            yield f'A row of Examples ({row.location}) and a scenario have the same title "{title}"'


def _empty_tables(outline: ScenarioOutline) -> Iterator[str]:
    if not outline.examples:
        yield f'The outline "{outline.name}" ({outline.location}) has no Examples'
    for examples in outline.examples:
        if examples.table is None or not examples.table.rows:
            yield f'The Examples of "{outline.name}" ({examples.location}) have no rows'


def unknown_columns(outline: ScenarioOutline) -> Iterator[str]:
    """Yield the placeholders without a column, which would be sent or expected as they are written."""
    placeholders = {name for text in texts_of(outline) for name in PLACEHOLDER.findall(text)}
    for examples in outline.examples:
        missing = placeholders.difference(examples.table.headings if examples.table else ())
        if missing:
            named = ", ".join(f'"{name}"' for name in sorted(missing))
            yield f'The Examples of "{outline.name}" ({examples.location}) have no column {named}'


def texts_of(outline: ScenarioOutline) -> list[str]:
    """Return the texts that may contain placeholders: title, tags, steps, tables, doc strings."""
    texts = [outline.name, *outline.tags]
    for step in outline.all_steps:
        cells = [cell for row in step.table.rows for cell in row.cells] if step.table else []
        texts += [step.name, step.text or "", *(step.table.headings if step.table else ()), *cells]
    return texts


def _title(scenario: Scenario) -> str:
    """Return what identifies a scenario in the report: rule, title, and for a row of an outline the values."""
    outline = scenario.parent if isinstance(scenario.parent, ScenarioOutline) else None
    values = [f"{name} {value}" for name, value in scenario._row.items()] if outline is not None else []
    return f"{_place(scenario)}{_as_shown((outline or scenario).name)}" + (f" ({', '.join(values)})" if values else "")


def _as_shown(name: str) -> str:
    return " ".join(name.split())  # as HTML shows it


def _place(scenario: Scenario) -> str:
    rule = rule_of(scenario)
    return f"{rule.name}: " if rule is not None else ""
