"""What a feature must keep to: rules that can be looked at without running it."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from behave.model import Feature, Scenario, ScenarioOutline

from support import below, tags, vocabulary
from support.catalogue import FILE, behaviours, families, ids_of
from support.exits import UsageError
from support.layout import feature_files, laid_out
from support.report import known_issues
from support.runner.lost_lines import lost_lines
from support.runner.selection import texts_of, unknown_columns
from support.settings import Capability
from support.sources import Unreadable
from support.vocabulary import Entry

CATALOGUE = f"{FILE.parent.name}/{FILE.name}"
WIP = "wip"
LONGEST_TITLE = 75
"""Characters that a report shows in one line beside the status; the values of an outline come on top."""

TECHNICAL = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) /|/api/|/ws/"
    r"|\b(?:JSON|HTTP|SQL|SELECT|INSERT|UUID|WebSocket|payload|status code)\b"
)
# `| password | {a text of 16 characters} |` is made up, and in `| no password | password |` the second names a field.
SECRET = re.compile(
    r"(?:\b|_)(?:password|passwd|secret|token|api[ _-]?key)\b[\"']?(?:\s*[:=|]\s*[\"']?|\s+(?:is\s+)?[\"'])"
    r"(?![{<]|password\b)[^\s\"'|{}<>]{8,}|\bBearer [\w.-]{10,}|\beyJ[\w-]{10,}",
    re.IGNORECASE,
)
INTERFACE = Path("features/interface")
NEEDED = {
    "partners": Capability.PARTNERS,
    "cablecast": Capability.PARTNERS,
    "files": Capability.STORAGE,
    "database": Capability.DATABASE,
    "redis": Capability.REDIS,
}
"""What the target must grant for every step of a module."""
ACTED_ON = {"faults": Capability.FAULTS, "processes": Capability.FAULTS, "page": Capability.BROWSER}
"""What it must grant for a step that acts on this part of its world."""

STORY = "Two or three sentences for a reader who knows the business and not the platform: who wants what, and why."
RULE = "What always holds, as one sentence"
OUTCOME = "What comes of it, as one short sentence"
"""What `acceptance new` writes for the tester to replace."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something about a feature; an error fails the check, a note only with --strict."""

    place: str
    sentence: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


def findings(paths: Sequence[Path], *, whole: bool) -> Iterator[Finding]:
    """Yield all that is found in features; with `whole` also what none of them uses."""
    features: list[Feature] = []
    for file in feature_files(paths):
        try:
            features += vocabulary.read_features([file])
        except Unreadable as error:
            yield Finding(error.place, error.reason)
        else:
            yield from _layout(file)
        yield from _secrets(file)
    for feature in features:
        yield from look_at(feature)
    yield from _steps(features, whole=whole)
    yield from _ids(features, whole=whole)
    yield from known_issue_findings(Path(known_issues.FILE))


def known_issue_findings(file: Path) -> Iterator[Finding]:
    """Yield what is wrong with the list of known issues."""
    try:
        issues = known_issues.load(file)
    except UsageError as error:
        yield Finding("", str(error))
        return
    for issue in issues:
        if issue.behaviour and issue.behaviour not in behaviours():
            yield Finding(f"{file}", f"{issue.id} is about {issue.behaviour}, which is not in {CATALOGUE}")


def _layout(file: Path) -> Iterator[Finding]:
    text = file.read_text(encoding="utf-8")
    if laid_out(text) != text:
        yield Finding(f"{file}", "not in our layout: acceptance format brings it there")


def _secrets(file: Path) -> Iterator[Finding]:
    text = file.read_text(encoding="utf-8", errors="replace")  # what is wrong with its encoding is told already
    for number, line in enumerate(text.splitlines(), start=1):
        if SECRET.search(line):
            told = (
                "this looks like a secret: personas sign in by themselves; for other secrets {a text of 16 characters}"
            )
            yield Finding(f"{file}:{number}", told)


def look_at(feature: Feature) -> Iterator[Finding]:
    """Yield what can be said about a feature by itself."""
    for element in (feature, *feature.rules, *written_scenarios(feature)):
        for tag in element.tags:
            if not tags.is_known(tag):
                yield Finding(_place(element), tags.explain_unknown(tag) + ": acceptance tags")
        if {element.name, *element.description} & {STORY, RULE, OUTCOME}:
            yield Finding(_place(element), "here stands what `acceptance new` wrote: replace it by words of your own")
        if WIP in element.tags:
            yield Finding(
                _place(element), f"@{WIP} says that this is being written: take it off when it is done", False
            )
    seen: dict[str, str] = {}
    for scenario in written_scenarios(feature):
        yield from _scenario(scenario)
        title = f"{scenario.parent.name}: {scenario.name}"
        if title in seen:
            yield Finding(_place(scenario), f'the title "{scenario.name}" is taken already, at {seen[title]}')
        seen[title] = _place(scenario)
    if not Path(feature.filename).is_relative_to(INTERFACE):
        yield from _technical_words(feature)


def written_scenarios(feature: Feature) -> list[Scenario]:
    """Return scenarios and outlines as they are written; the rows of an outline are not scenarios of their own."""
    return [
        scenario
        for scenario in feature.walk_scenarios(with_outlines=True)
        if not isinstance(scenario.parent, ScenarioOutline)
    ]


def _scenario(scenario: Scenario) -> Iterator[Finding]:
    place = _place(scenario)
    if not scenario.steps:
        yield Finding(place, "this scenario has no steps")
    whens = [step for step in scenario.all_steps if step.step_type == "when"]
    if len(whens) > 1:
        told = "put what comes before the last one into a Given (for example `has sent`), or write two scenarios"
        yield Finding(f"{whens[1].filename}:{whens[1].line}", f"one When for each scenario, this is the second: {told}")
    if not any(step.step_type == "then" for step in scenario.all_steps):
        yield Finding(place, "this scenario checks nothing: it has no Then")
    if len(scenario.name) > LONGEST_TITLE:
        told = f"the title has {len(scenario.name)} characters; {LONGEST_TITLE} are enough for an outcome"
        yield Finding(place, told)
    if {tags.READONLY, tags.NEEDS + Capability.WRITES} <= set(scenario.effective_tags):
        told = f"@{tags.READONLY} and @needs.writes contradict each other: nothing would run it without writes"
        yield Finding(place, told)
    if isinstance(scenario, ScenarioOutline):
        yield from _unused_columns(scenario)
        for told in unknown_columns(scenario):
            yield Finding(place, told)


def _unused_columns(outline: ScenarioOutline) -> Iterator[Finding]:
    """Yield the columns of Examples that stand nowhere: neither in the title nor in tags, steps, tables, texts."""
    used = texts_of(outline)
    for examples in outline.examples:
        for heading in examples.table.headings if examples.table else ():
            if not any(f"<{heading}>" in text for text in used):
                yield Finding(
                    _place(examples), f'the column "{heading}" is used nowhere: write <{heading}>, or drop it'
                )


def _technical_words(feature: Feature) -> Iterator[Finding]:
    """Yield technical words in titles, descriptions and sentences."""
    for element in (feature, *feature.rules, *written_scenarios(feature)):
        lines = [(element.line, text) for text in (element.name, *element.description)]
        lines += [(step.line, step.name) for step in element.steps] if isinstance(element, Scenario) else []
        for line, text in lines:
            if found := TECHNICAL.search(text):
                told = f'"{found[0]}" is a technical word; such scenarios belong into {INTERFACE}/'
                yield Finding(f"{feature.filename}:{line}", told)


def _steps(features: Sequence[Feature], *, whole: bool) -> Iterator[Finding]:
    entries = vocabulary.catalogue(vocabulary.load())
    sentences = [sentence for entry in entries for sentence in entry.sentences]
    unknown = {place: step for step, place in reversed(vocabulary.note_uses(entries, features))}
    for place, step in unknown.items():
        yield Finding(place, vocabulary.explain(step.step_type, step.name, sentences).replace("\n", "\n    "))
    taken = [sentence.definition for sentence in sentences]
    for feature in features:
        for place, told in lost_lines(feature, lambda text: any(one.matches(text) for one in taken)):
            yield Finding(place, told)
    yield from _below(features, entries)
    yield from _needs(features, entries)
    for entry in entries if whole else ():
        for sentence in entry.sentences:
            if not sentence.uses:
                yield Finding("", f"no feature uses: {sentence} (steps/{entry.module}.py)", is_error=False)


def _below(features: Sequence[Feature], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield the tables and texts that stand below a step that does not read them."""
    functions = {place: entry.sentences[0].definition.func for entry in entries for place in entry.places}
    for feature in features:
        for step in (step for scenario in written_scenarios(feature) for step in scenario.all_steps):
            place = f"{step.filename}:{step.line}"
            if place in functions:
                told = below.unread(functions[place], table=step.table is not None, text=step.text is not None)
                if told:
                    yield Finding(place, told)


def _needs(features: Sequence[Feature], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield what scenarios ask of a target without saying so: there they would fail and not be skipped."""
    needed = {place: found for entry in entries for place in entry.places if (found := set(_needed_by(entry)))}
    for feature in features:
        for scenario in written_scenarios(feature):
            places = {f"{step.filename}:{step.line}" for step in scenario.all_steps} & needed.keys()
            for capability in sorted({capability for place in places for capability in needed[place]}):
                if tags.NEEDS + capability not in scenario.effective_tags:
                    yield Finding(
                        _place(scenario), f"a step needs {capability} of the target: @{tags.NEEDS}{capability}"
                    )


def _needed_by(entry: Entry) -> Iterator[Capability]:
    if entry.module in NEEDED:
        yield NEEDED[entry.module]
    for name in re.findall(r"\bworld\.(\w+)", inspect.getsource(entry.sentences[0].definition.func)):
        if name in ACTED_ON:
            yield ACTED_ON[name]


def _ids(features: Sequence[Feature], *, whole: bool) -> Iterator[Finding]:
    """Yield what is wrong with ids.

    An id is a behaviour, and a behaviour may take several scenarios: the rule and its exceptions. They stand together
    in one feature, so that whoever looks for a behaviour finds all of it in one place.
    """
    known = behaviours()
    places: dict[str, list[str]] = defaultdict(list)
    for feature in features:
        for scenario in written_scenarios(feature):
            ids = ids_of(scenario.tags)
            if len(ids) != 1:
                said = "names no behaviour" if not ids else f"names {len(ids)} behaviours"
                yield Finding(_place(scenario), f"this scenario {said} of {CATALOGUE}: one tag like @id.VOD-040")
            for id in ids:
                places[id].append(_place(scenario))
                if id not in known:
                    family = id.partition("-")[0]
                    new = "" if family in families() else f", below [{family}], and a line for {family} in [families]"
                    yield Finding(_place(scenario), f"{id} is not in {CATALOGUE}: add its sentence there{new}")
    for id, found in places.items():
        home = found[0].partition(":")[0]
        for place in found[1:]:
            if place.partition(":")[0] != home:
                yield Finding(place, f"{id} is shown in {home} already: give this behaviour a number of its own")
    missing = [id for id in known if id not in places]
    if whole and missing:
        told = f"{len(missing)} of {len(known)} behaviours have no scenario: {', '.join(missing)}"
        yield Finding("", told, is_error=False)


def _place(element: object) -> str:
    return f"{element.filename}:{element.line}"  # type: ignore[attr-defined]
