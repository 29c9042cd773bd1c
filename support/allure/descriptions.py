"""The description of a scenario in Allure: name, place, labels and the ids that are the same in every run."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from allure_commons.model2 import Label, Link, Parameter, TestResult
from allure_commons.types import LabelType, Severity
from behave.model import Rule

from support.gherkin.behaviours import behaviours, ids_of
from support.gherkin.tags import ID, LOCK, NEEDS, READONLY, TOGETHER

_SEVERITIES = frozenset(severity.value for severity in Severity)
# Tags for the runner (capabilities, locks, limits) mean nothing to a reader of the report.
_FOR_THE_RUNNER = re.compile(rf"(?:{re.escape(NEEDS)}|{re.escape(LOCK)}|limit\.).*|{TOGETHER}|{READONLY}")
_LABEL_TAG = re.compile(r"allure\.label\.(?P<name>\w+):(?P<value>.+)")
_LINK_TAG = re.compile(r"allure\.(?P<type>link|issue|tms)(?:\.(?P<name>[^:]+))?:(?P<url>.+)")


def described(scenario: Any, ordinal: int) -> TestResult:
    """Return the result of a scenario before it runs; `ordinal` distinguishes equal scenarios of one feature."""
    rule = rule_of(scenario)
    path = _relative(scenario.filename)
    result = TestResult(name=title_of(scenario), fullName=f"{path}:{scenario.line}")
    result.titlePath = [*path.split("/")[:-1], scenario.feature.name, *([rule.name] if rule else [])]
    texts = ["\n".join(one.description) for one in (scenario.feature, rule, scenario) if one and one.description]
    result.description = "\n\n".join([*texts, *_behaviour_texts(scenario)])
    # Also in columns such as "token": Gherkin is committed. Secrets of the run are masked when the result is written.
    result.parameters = [Parameter(name=name, value=value) for name, value in _row(scenario)]
    result.testCaseId = identity_of(*_identity(scenario), *([str(ordinal)] if ordinal else []))
    result.historyId = identity_of(result.testCaseId, *(f"{name}={value}" for name, value in _row(scenario)))
    result.links = [Link(*link) for tag in _tags(scenario) if (link := _link(tag))]
    result.labels = [*_tag_labels(_tags(scenario)), *place_labels(scenario.feature, rule), *run_labels()]
    return result


def _behaviour_texts(scenario: Any) -> Iterator[str]:
    """Yield id and text of the behaviours of the scenario."""
    for id in ids_of(scenario.tags):
        if id in behaviours():
            yield f"**{id}**: {behaviours()[id]}."


def title_of(scenario: Any) -> str:
    """Return the name of the scenario; the values of its row are added if its outline has no placeholder."""
    if not scenario._row:
        return str(scenario.name or scenario.keyword)
    template = scenario.parent.name
    name = functools.reduce(lambda text, cell: text.replace(f"<{cell[0]}>", cell[1]), _row(scenario), template)
    return name if name != template else f"{name} ({', '.join(value for _, value in _row(scenario))})"


def _row(scenario: Any) -> list[tuple[str, str]]:
    return list(scenario._row.items()) if scenario._row else []


def _identity(scenario: Any) -> tuple[str, ...]:
    """Return what identifies the scenario in every run: its @id tag, or else file, rule and (outline) name."""
    for tag in _tags(scenario):
        if tag.startswith(ID):
            return (tag,)
    rule = rule_of(scenario)
    path = _relative(scenario.filename)
    return path, rule.name if rule else "", (scenario.parent if scenario._row else scenario).name


@functools.cache
def _relative(path: str) -> str:
    return Path(os.path.relpath(path)).as_posix()


def ordinals(scenarios: Sequence[Any]) -> dict[int, int]:
    """Number scenarios of the same identity and values: Allure would take them for attempts of one."""
    actual: Counter[tuple[object, ...]] = Counter()
    numbers = {}
    for scenario in scenarios:
        key = (*_identity(scenario), *_row(scenario))
        numbers[id(scenario)] = actual[key]
        actual[key] += 1
    return numbers


def rule_of(element: Any) -> Any:
    """Return the rule of an element, which may be the element itself; None outside rules."""
    while element and not isinstance(element, Rule):
        element = element.parent
    return element


def _tags(scenario: Any) -> list[str]:
    """Return all tags, the outermost first, so that the innermost severity is the last."""
    rule = rule_of(scenario)
    return [*scenario.feature.tags, *(rule.tags if rule else []), *scenario.tags]


def _link(tag: str) -> tuple[str, str, str] | None:
    """Return type, URL or ticket, and name of a tag such as `@allure.issue.BUG-1:https://...`."""
    link = _LINK_TAG.fullmatch(tag)
    return (link["type"], link["url"], link["name"] or link["url"]) if link else None


def _tag_labels(tags: Sequence[str]) -> list[Label]:
    """Return the labels of tags: the innermost severity, `@allure.label.epic:Video_on_demand`, and plain tags."""
    severity = next((tag for tag in reversed(tags) if tag in _SEVERITIES), "normal")
    labels = [Label(LabelType.SEVERITY, severity)]
    for tag in dict.fromkeys(tags):
        label = _LABEL_TAG.fullmatch(tag)
        if label:
            labels.append(Label(label["name"], label["value"].replace("_", " ")))
        elif tag not in _SEVERITIES and not _LINK_TAG.fullmatch(tag) and not _FOR_THE_RUNNER.fullmatch(tag):
            labels.append(Label(LabelType.TAG, tag.removeprefix(ID)))
    # Not from tags: each scenario has one feature and one story, so it appears once in the tree.
    return [label for label in labels if label.name not in {LabelType.FEATURE, LabelType.STORY}]


def place_labels(feature: Any, rule: Any) -> list[Label]:
    """Return the labels for the place in the tree: feature and rule, as behaviours and as suites."""
    labels = [Label(LabelType.FEATURE, feature.name), Label(LabelType.SUITE, feature.name)]
    if rule:
        labels += [Label(LabelType.STORY, rule.name), Label(LabelType.SUB_SUITE, rule.name)]
    return labels


def run_labels() -> list[Label]:
    """Return the labels of the worker for the timeline; the environment variable WORKER has its name."""
    return [
        Label(LabelType.HOST, socket.gethostname()),
        Label(LabelType.THREAD, os.environ.get("WORKER", "main")),
        Label(LabelType.FRAMEWORK, "behave"),
        Label(LabelType.LANGUAGE, "python"),
    ]


def identity_of(*parts: str) -> str:
    """Return a hash of the parts."""
    return hashlib.md5("\0".join(parts).encode(), usedforsecurity=False).hexdigest()
