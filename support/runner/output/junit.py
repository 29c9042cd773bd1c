"""JUnit XML, one file for each feature."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from behave.model import Feature, Scenario, Step
from behave.model_type import Status
from behave.reporter.base import Reporter

from support.allure.descriptions import title_of
from support.gherkin.parse import CONTROL

_UNDEFINED, _PENDING = "Undefined", "Pending"
NOT_RUN = "not run"


class JUnit(Reporter):  # type: ignore[misc]
    """Writes a test suite for each feature.

    Test cases have the titles of the Allure report, which are unique; what did not run or was skipped has a
    `<skipped>` element with the reason, because consumers count a test case without any as passed.
    """

    def feature(self, feature: Feature) -> None:
        """Write the file of a feature."""
        if feature.status == Status.skipped and not self._shows(feature):
            return
        name = file_name_of(feature)
        counts: Counter[str] = Counter()
        suite = ET.Element("testsuite", name=f"{name}.{feature.name}", timestamp=datetime.now().isoformat())
        classname = f"{name}.{feature.name}"
        seconds = 0.0
        titles: Counter[str] = Counter()
        for scenario in feature.walk_scenarios():
            if scenario.status == Status.skipped and not self._is_reported(scenario):
                continue
            title = title_of(scenario)
            titles[title] += 1
            case = _case(scenario, classname, title if titles[title] == 1 else f"{title} ({titles[title]})")
            counts.update(child.tag for child in case if child.tag in ("failure", "error", "skipped"))
            seconds += float(case.attrib["time"])
            suite.append(case)
        for problem in _problems_of(feature):
            case = ET.SubElement(suite, "testcase", classname=classname, name=f"{feature.name}: {problem[0]}", time="0")
            case.set("status", "hook_error")
            _child(case, "error", "HookError", problem[1])
            counts["error"] += 1
        suite.set("tests", str(len(suite)))
        for tag, attribute in (("error", "errors"), ("failure", "failures"), ("skipped", "skipped")):
            suite.set(attribute, str(counts[tag]))
        suite.set("time", f"{seconds:.6f}")
        folder = Path(self.config.junit_directory)
        folder.mkdir(parents=True, exist_ok=True)
        ET.ElementTree(suite).write(folder / f"TESTS-{name}.xml", encoding="UTF-8", xml_declaration=True)

    def end(self) -> None:
        """Do nothing: every feature is written already."""

    def _shows(self, feature: Feature) -> bool:
        return any(self._is_reported(scenario) for scenario in feature.walk_scenarios())

    def _is_reported(self, scenario: Scenario) -> bool:
        """Return whether a skipped scenario was selected: a step or hook skipped it, or the run ended before it."""
        return bool(self.config.show_skipped) or getattr(scenario, "outcome", None) is not None


def file_name_of(feature: Feature) -> str:
    """Return a name that differs for every feature file, and is the same whatever the command line selects."""
    folder, *parts = Path(os.path.relpath(feature.filename)).with_suffix("").parts
    return ".".join(parts if folder == "features" else (folder, *parts))


def _case(scenario: Scenario, classname: str, title: str) -> ET.Element:
    outcome = getattr(scenario, "outcome", None)
    seconds = outcome.seconds if outcome is not None else 0.0
    case = ET.Element("testcase", classname=_valid(classname), name=_valid(title), time=f"{seconds:.6f}")
    status = scenario.status
    case.set("status", status.name)
    message = outcome.message if outcome is not None else ""
    if status.is_untested():
        _child(case, "skipped", "", NOT_RUN)
    elif status == Status.skipped:
        _child(case, "skipped", "", message or scenario.skip_reason or "without a reason")
    elif status.has_failed():
        tag = "failure" if status.is_failure() else "error"
        _child(case, tag, _type_of(scenario), message, "\n".join(_failed_steps(scenario)))
    text = [_described(step) for step in scenario.all_steps]
    captured = scenario.captured
    ET.SubElement(case, "system-out").text = _valid("\n".join([*text, captured.stdout or ""]))
    if captured.stderr or captured.log:
        ET.SubElement(case, "system-err").text = _valid("\n".join([captured.stderr or "", captured.log or ""]))
    return case


def _child(case: ET.Element, tag: str, type: str, message: str, text: str = "") -> None:
    first = message.strip().partition("\n")[0]
    child = ET.SubElement(case, tag, message=_valid(first))
    if type:
        child.set("type", type)
    body = "\n".join(filter(None, [message if message.strip() != first else "", text]))
    if body:
        child.text = _valid(body)


def _type_of(scenario: Scenario) -> str:
    step = next((step for step in scenario.all_steps if step.status.has_failed()), None)
    if step is not None and step.status.is_undefined():
        return _UNDEFINED
    if step is not None and step.status.is_pending():
        return _PENDING
    exception = step.exception if step is not None else scenario.exception
    return type(exception).__name__ if exception is not None else "CleanupError"


def _failed_steps(scenario: Scenario) -> Iterator[str]:
    for step in scenario.all_steps:
        if step.status.has_failed():
            yield f"Failing step: {step.keyword} {step.name} ({step.location})"
            if step.error_message:
                yield str(step.error_message)


def _described(step: Step) -> str:
    return f"{step.keyword} {step.name} ... {step.status.name} in {step.duration:.3f}s"


def _problems_of(feature: Feature) -> Iterator[tuple[str, str]]:
    """Yield the errors of hooks and cleanups of a feature and its rules after their scenarios: subject and message."""
    for container in (feature, *feature.iter_rules()):
        for number, message in enumerate(getattr(container, "problems", ()), start=1):
            yield f"teardown of the {container.type} {container.name} ({number})", message


def _valid(text: str) -> str:
    """Escape what no XML may contain."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
