"""Errors of features that make a verdict untrue: rejected by `acceptance check` and before every run."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from behave.model import Feature, Scenario, ScenarioOutline, Step

from support.gherkin.behaviours import ids_of
from support.gherkin.parse import feature_files

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
OPENING = "{an opening brace}"
_ID = re.compile(r"@id\.([A-Z]+-\d+)")


def unclosed_braces(feature: Feature) -> Iterator[tuple[str, str]]:
    """Yield place and message of each unclosed or unopened brace: it would be sent as written."""
    found = {}
    for scenario in feature.walk_scenarios():
        for step in scenario.all_steps:
            for text in _texts(step):
                if has_unclosed_brace(text):
                    found[f"{step.filename}:{step.line}"] = (
                        f'a brace without its counterpart in "{text}". Close the placeholder as in {{a unique title}}, '
                        "or write {an opening brace} for a literal {"
                    )
    yield from found.items()


def _texts(step: Step) -> Iterator[str]:
    yield step.name
    if step.table is not None:
        for row in step.table.rows:
            yield from row.cells
    if step.text is not None and _is_document(step.text):
        yield str(step.text)


def has_unclosed_brace(text: str) -> bool:
    """Return whether a brace has no counterpart; those of a JSON document and nested pairs do not count.

    A closing brace is literal in a text with {an opening brace}.
    """
    rest, before = text, ""
    while rest != before:
        rest, before = PLACEHOLDER.sub("", rest), rest
    if "{" not in rest and ("}" not in rest or OPENING in text):
        return False
    try:
        return any(has_unclosed_brace(one) for one in _strings(json.loads(text)) if one != text)
    except ValueError:
        return True


def _is_document(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False  # sent as written, such as truncated JSON


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _strings(one)
        case dict():
            for one in value.values():
                yield from _strings(one)


def unverified_scenarios(feature: Feature, folder: Path = Path("features")) -> Iterator[tuple[str, str]]:
    """Yield place and message of scenarios without a Then, and of missing and ambiguous behaviour ids.

    Only in a project whose pyproject.toml sets `require_behaviours` in [tool.acceptance]; `folder` has its features.
    """
    inside = folder.resolve() in Path(feature.filename).resolve().parents
    if not inside or not _requires_behaviours(folder.parent / "pyproject.toml"):
        return
    homes = behaviour_homes(folder)
    for scenario in _written(feature):
        place = f"{scenario.location}"
        if scenario.steps and not any(step.step_type == "then" for step in scenario.all_steps):
            yield place, "the scenario has no Then, so it checks nothing"
        ids = ids_of(scenario.tags)
        if len(ids) != 1:
            yield place, f"the scenario has {len(ids)} behaviour ids, expected 1, such as @id.VOD-040"
        for id in ids:
            others = [file for file in homes.get(id, ()) if file.resolve() != Path(feature.filename).resolve()]
            if others:
                yield place, f"{id} is also covered in {others[0]}. Use another id, or move the scenario there"


def _requires_behaviours(settings: Path) -> bool:
    try:
        content = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(content.get("tool", {}).get("acceptance", {}).get("require_behaviours"))


def behaviour_homes(folder: Path) -> dict[str, list[Path]]:
    """Return the files of a folder that name each behaviour id in their tags."""
    homes: dict[str, list[Path]] = {}
    for file in feature_files([folder]) if folder.is_dir() else ():
        for id in dict.fromkeys(_ids_in(file)):
            homes.setdefault(id, []).append(file)
    return homes


def _ids_in(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return  # reported where it is read to be run
    for line in lines:
        if line.lstrip().startswith("@"):
            yield from _ID.findall(line)


def _written(feature: Feature) -> Sequence[Scenario]:
    scenarios = feature.walk_scenarios(with_outlines=True)
    return [scenario for scenario in scenarios if not isinstance(scenario.parent, ScenarioOutline)]
