"""The rules for features that `acceptance check` enforces without running them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from behave.model import Feature, Scenario, ScenarioOutline

from support.capabilities.registry import CAPABILITIES
from support.errors import UsageError, suggest
from support.gherkin import behaviours as behaviour_index
from support.gherkin import steps, tags
from support.gherkin.behaviours import behaviours, families, ids_of
from support.gherkin.format import format_feature
from support.gherkin.integrity import behaviour_homes, unclosed_braces
from support.gherkin.parse import InvalidFeature, feature_files
from support.gherkin.step_declarations import required_by, unexpected_input
from support.gherkin.steps import StepEntry
from support.gherkin.stray_text import stray_text
from support.report import known_issues
from support.runner.selection.selection import texts_of, unknown_columns
from support.targets.capabilities import Capability

BEHAVIOURS = behaviour_index.PATH
WIP = "wip"
EPIC = "allure.label.epic:"
EPICS = {capability.name: capability.epic for capability in CAPABILITIES}
"""The epic of the features in each folder."""
LONGEST_TITLE = 75
"""Characters that a report shows in one line beside the status, without the values of an outline."""

TECHNICAL = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) /|/api/|/ws/"
    r"|\b(?:JSON|HTTP|SQL|SELECT|INSERT|UUID|WebSocket|payload|status code)\b"
)
# `| password | {a text of 16 characters} |` is generated, and in `| no password | password |` the second names a field.
SECRET = re.compile(
    r"(?:\b|_)(?:password|passwd|secret|token|api[ _-]?key)\b[\"']?(?:\s*[:=|]\s*[\"']?|\s+(?:is\s+)?[\"'])"
    r"(?![{<]|(?:password|allowed|rejected)\b)[^\s\"'|{}<>]{8,}|\bBearer [\w.-]{10,}|\beyJ[\w-]{10,}",
    re.IGNORECASE,
)
INTERFACE = Path("features/interface")

STORY = "Two or three sentences for a reader who knows the business, not the platform: the user, the goal, the reason."
RULE = "A rule that always applies"
OUTCOME = "The expected outcome"
"""Placeholders that `acceptance new` writes for the author to replace."""


@dataclass(frozen=True, order=True)
class Finding:
    """A problem of a feature; an error fails the check, a note only with --strict."""

    place: str
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def findings(paths: Sequence[Path], *, complete: bool) -> Iterator[Finding]:
    """Yield all findings in features; with `complete` also unused step texts and uncovered behaviours."""
    features: list[Feature] = []
    for file in feature_files(paths):
        try:
            features += steps.read_features([file])
        except InvalidFeature as error:
            yield Finding(error.place, error.reason)
        else:
            yield from _format(file)
            yield from _location(file)
            yield from _secrets(file)
    for feature in features:
        yield from check_feature(feature)
    yield from _steps(features, complete=complete)
    yield from _ids(features, complete=complete)
    yield from known_issue_findings(Path(known_issues.FILE))


def known_issue_findings(file: Path) -> Iterator[Finding]:
    """Yield the problems in the list of known issues."""
    try:
        issues = known_issues.load(file)
    except UsageError as error:
        yield Finding("", str(error))
        return
    for issue in issues:
        if issue.behaviour and issue.behaviour not in behaviours():
            yield Finding(
                f"{file}", f"{issue.id} has the unknown behaviour {issue.behaviour}. Expected an id of {BEHAVIOURS}"
            )


def _format(file: Path) -> Iterator[Finding]:
    content = file.read_bytes()
    try:
        if format_feature(content.decode()).encode() != content:
            yield Finding(f"{file}", "not formatted. Run `acceptance format`")
    except InvalidFeature as error:
        yield Finding(f"{file}", error.reason)


def _location(file: Path) -> Iterator[Finding]:
    path = file.absolute()
    if path.is_relative_to(Path.cwd()) and not path.is_relative_to(steps.FEATURES.absolute()):
        yield Finding(f"{file}", f"outside {steps.FEATURES}/, where behave never runs it. Move it there")


def _secrets(file: Path) -> Iterator[Finding]:
    text = file.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if SECRET.search(line):
            message = "possible secret. Personas sign in by themselves; for others write {a text of 16 characters}"
            yield Finding(f"{file}:{number}", message)


def check_feature(feature: Feature) -> Iterator[Finding]:
    """Yield the findings that need no other feature."""
    epics = {*EPICS.values(), epic_of(Path(feature.filename).parent.name)}
    for element in (feature, *feature.rules, *written_scenarios(feature)):
        for tag in element.tags:
            epic = tag.removeprefix(EPIC)
            if epic != tag and epic not in epics:
                yield Finding(_place(element), f"unknown epic {epic}.{suggest(epic, sorted(epics))}")
            if not tags.is_known(tag):
                yield Finding(_place(element), tags.explain_unknown(tag) + ". List them with `acceptance tags`")
        if {element.name, *element.description} & {STORY, RULE, OUTCOME}:
            yield Finding(_place(element), "placeholder of `acceptance new`. Replace it with your own text")
        if WIP in element.tags:
            yield Finding(_place(element), f"still tagged @{WIP}. Remove the tag when it is complete", False)
    places: dict[str, str] = {}
    for scenario in written_scenarios(feature):
        yield from _scenario(scenario)
        title = f"{scenario.parent.name}: {scenario.name}"
        if title in places:
            yield Finding(_place(scenario), f'duplicate title "{scenario.name}", first used at {places[title]}')
        places[title] = _place(scenario)
    if not Path(feature.filename).is_relative_to(INTERFACE):
        yield from _technical_words(feature)


def epic_of(folder: str) -> str:
    """Return the epic of the features in a folder; of a new capability its name."""
    return EPICS.get(folder, folder.capitalize())


def written_scenarios(feature: Feature) -> list[Scenario]:
    """Return scenarios and outlines as written, without the scenarios generated from rows."""
    return [
        scenario
        for scenario in feature.walk_scenarios(with_outlines=True)
        if not isinstance(scenario.parent, ScenarioOutline)
    ]


def _scenario(scenario: Scenario) -> Iterator[Finding]:
    place = _place(scenario)
    if not scenario.steps:
        yield Finding(place, "the scenario has no steps")
    whens = [step for step in scenario.all_steps if step.step_type == "when"]
    if len(whens) > 1:
        hint = "Turn the earlier one into a Given (`has sent`), or write two scenarios"
        yield Finding(_place(whens[1]), f"second When of the scenario, expected one. {hint}")
    types = [step.step_type for step in scenario.steps]
    if "when" in types and "then" in types[: types.index("when")]:
        yield Finding(
            _place(scenario.steps[types.index("then")]), "Then before When. Check the outcome after the action"
        )
    if not any(step.step_type == "then" for step in scenario.all_steps):
        yield Finding(place, "the scenario has no Then, so it checks nothing")
    if len(scenario.name) > LONGEST_TITLE:
        yield Finding(place, f"the title has {len(scenario.name)} characters, expected at most {LONGEST_TITLE}")
    if {tags.READONLY, tags.NEEDS + Capability.WRITES} <= set(scenario.effective_tags):
        yield Finding(place, f"@{tags.READONLY} and @needs.writes contradict each other. Remove one of them")
    if isinstance(scenario, ScenarioOutline):
        yield from _unused_columns(scenario)
        for message in unknown_columns(scenario):
            yield Finding(place, message)


def _unused_columns(outline: ScenarioOutline) -> Iterator[Finding]:
    """Yield the columns of Examples that neither title, tags, steps, tables nor texts use."""
    used = texts_of(outline)
    for examples in outline.examples:
        for heading in examples.table.headings if examples.table else ():
            if not any(f"<{heading}>" in text for text in used):
                yield Finding(
                    _place(examples), f'unused column "{heading}". Write <{heading}> in a step, or remove the column'
                )


def _technical_words(feature: Feature) -> Iterator[Finding]:
    """Yield technical words in titles, descriptions and steps."""
    for element in (feature, *feature.rules, *written_scenarios(feature)):
        lines = [(element.line, text) for text in (element.name, *element.description)]
        lines += [(step.line, step.name) for step in element.steps] if isinstance(element, Scenario) else []
        for line, text in lines:
            if found := TECHNICAL.search(text):
                message = f'technical word "{found[0]}". Describe the business, or move the scenario to {INTERFACE}/'
                yield Finding(f"{feature.filename}:{line}", message)


def _steps(features: Sequence[Feature], *, complete: bool) -> Iterator[Finding]:
    entries = steps.build_index(steps.load())
    step_texts = [text for entry in entries for text in entry.step_texts]
    unknown = {place: step for step, place in reversed(steps.record_uses(entries, features))}
    for place, step in unknown.items():
        yield Finding(place, steps.explain(step.step_type, step.name, step_texts).replace("\n", "\n    "))
    definitions = [text.definition for text in step_texts]
    for feature in features:
        for place, message in stray_text(feature, lambda text: any(one.matches(text) for one in definitions)):
            yield Finding(place, message)
    for feature in features:
        for place, message in unclosed_braces(feature):
            yield Finding(place, message)
    yield from _step_inputs(features, entries)
    yield from _needs(features, entries)
    for entry in entries if complete else ():
        for text in entry.step_texts:
            if not text.uses:
                yield Finding("", f"unused step text: {text} (steps/{entry.module}.py)", is_error=False)


def _step_inputs(features: Sequence[Feature], entries: Sequence[StepEntry]) -> Iterator[Finding]:
    """Yield the tables and texts that their steps do not read."""
    functions = {place: entry.step_texts[0].definition.func for entry in entries for place in entry.places}
    for feature in features:
        for step in (step for scenario in written_scenarios(feature) for step in scenario.all_steps):
            place = f"{step.filename}:{step.line}"
            if place in functions:
                message = unexpected_input(functions[place], table=step.table is not None, text=step.text is not None)
                if message:
                    yield Finding(place, message)


def _needs(features: Sequence[Feature], entries: Sequence[StepEntry]) -> Iterator[Finding]:
    """Yield missing @needs tags: without them a scenario fails where it should be skipped."""
    required = {
        place: found
        for entry in entries
        for place in entry.places
        if (found := required_by(entry.step_texts[0].definition.func))
    }
    for feature in features:
        for scenario in written_scenarios(feature):
            places = {f"{step.filename}:{step.line}" for step in scenario.all_steps} & required.keys()
            for capability in sorted({capability for place in places for capability in required[place]}):
                if tags.NEEDS + capability not in scenario.effective_tags:
                    yield Finding(
                        _place(scenario), f"a step requires {capability}. Add the tag @{tags.NEEDS}{capability}"
                    )


def _ids(features: Sequence[Feature], *, complete: bool) -> Iterator[Finding]:
    """Yield missing, unknown and misplaced behaviour ids.

    Several scenarios of one feature may cover the same behaviour: the rule and its exceptions.
    """
    known = behaviours()
    places: dict[str, list[str]] = defaultdict(list)
    for feature in features:
        for scenario in written_scenarios(feature):
            ids = ids_of(scenario.tags)
            if len(ids) != 1:
                message = f"the scenario has {len(ids)} behaviour ids, expected 1 of {BEHAVIOURS}, such as @id.VOD-040"
                yield Finding(_place(scenario), message)
            for id in ids:
                places[id].append(_place(scenario))
                if id not in known:
                    family = id.partition("-")[0]
                    new = "" if family in families() else f", in [{family}], and a line for {family} in [families]"
                    close = suggest(id, (one for one in known if one.startswith(family))) if not new else ""
                    yield Finding(_place(scenario), f"unknown behaviour {id}.{close} Add it to {BEHAVIOURS}{new}")
    elsewhere = {} if complete else behaviour_homes(steps.FEATURES)
    loaded = {Path(feature.filename).resolve() for feature in features}
    for id, found in places.items():
        home = found[0].partition(":")[0]
        others = [file for file in elsewhere.get(id, ()) if file.resolve() not in loaded]
        if others and steps.FEATURES.resolve() in Path(home).resolve().parents:
            yield Finding(
                found[0], f"{id} is already covered in {others[0]}. Use another id, or move the scenario there"
            )
        for place in found[1:]:
            if place.partition(":")[0] != home:
                yield Finding(place, f"{id} is already covered in {home}. Use another id, or move the scenario there")
    missing = [id for id in known if id not in places]
    if complete and missing:
        message = f"{len(missing)} of {len(known)} behaviours have no scenario: {', '.join(missing)}"
        yield Finding("", message, is_error=False)


def _place(element: object) -> str:
    return f"{element.filename}:{element.line}"  # type: ignore[attr-defined]
