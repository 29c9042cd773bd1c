"""`acceptance check`: looks through the features without running them, in a moment."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from behave.exception import FileNotFoundError as FeatureNotFound
from behave.model import Feature, Scenario, ScenarioOutline
from behave.parser import ParserError

from support import tags, vocabulary
from support.exits import ExitCode, UsageError
from support.layout import laid_out
from support.report import known_issues
from support.settings import Capability
from support.vocabulary import FEATURES, Entry

CATALOGUE = Path(__file__).parent / "catalogue.toml"
LONGEST_TITLE = 90
TECHNICAL = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) /|/api/"
    r"|\b(?:JSON|HTTP|SQL|SELECT|INSERT|UUID|endpoint|payload|status code)\b"
)
SECRET = re.compile(
    r"\b(?:password|passwd|secret|token|api[ _-]?key)\b[\"']?(?:\s*[:=|]\s*[\"']?|\s+(?:is\s+)?[\"'])"
    r"(?![{<])(?=[^\s|]*[^\w\s|]|[^\s|]*\d)[^\s\"'|{}<>]{8,}|\bBearer [\w.-]{10,}|\beyJ[\w-]{10,}",
    re.IGNORECASE,
)
INTERFACE = Path("features/interface")
LINT_RULES = "BC002,BC003,BC006,BC009,BC010,BD005,BS006,BS007,BS008,BSEC001,BSEC002,BX003,BX004,BI18N002"
"""Rules of behave-lint that fit our style; tags, titles and order are looked at here, by our own vocabulary."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something about a feature; an error fails the check, a note only with --strict."""

    place: str
    sentence: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("paths", nargs="*", type=Path, default=[FEATURES], help="features or folders (features)")
    parser.add_argument("--strict", action="store_true", help="notes fail as well")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Look, tell, and fail where there are errors."""
    for path in options.paths:
        if not path.exists():
            raise UsageError(f"There is no {path}. Features are in {FEATURES}/.")
    linter = _start_linter(options.paths)
    whole = options.paths == [FEATURES]
    findings = [*own_findings(options.paths, whole=whole), *_lint_findings(linter)]
    errors = [finding for finding in findings if finding.is_error]
    for finding in sorted(findings, key=lambda finding: (not finding.is_error, _by_line(finding))):
        print(f"{'' if finding.is_error else 'note: '}{finding}")
    print(f"{len(errors)} errors, {len(findings) - len(errors)} notes.")
    return ExitCode.FAILED if errors or (options.strict and findings) else ExitCode.PASSED


def _by_line(finding: Finding) -> tuple[str, int]:
    file, _, line = finding.place.partition(":")
    return file, int(line) if line.isdecimal() else 0


def known_ids() -> Mapping[str, str]:
    """Return the behaviours of the catalogue by id."""
    content = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {f"{family}-{number}": text for family in content["families"] for number, text in content[family].items()}


def own_findings(paths: Sequence[Path], *, whole: bool) -> Iterator[Finding]:
    """Yield what we ourselves find; with `whole` also what is used nowhere."""
    features = []
    files = [file for path in paths for file in (sorted(path.rglob("*.feature")) if path.is_dir() else [path])]
    for file in files:
        try:
            features += vocabulary.read_features([file])
        except (ParserError, FeatureNotFound) as error:
            yield Finding(f"{file}:{getattr(error, 'line', None) or 1}", f"this is no feature: {_first_line(error)}")
        if laid_out(text := file.read_text(encoding="utf-8")) != text:
            yield Finding(f"{file}", "not in our layout: acceptance format brings it there")
        for number, line in enumerate(text.splitlines(), start=1):
            if SECRET.search(line):
                yield Finding(
                    f"{file}:{number}", "this looks like a secret: personas sign in by themselves, see WRITING.md"
                )
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
        if issue.behaviour and issue.behaviour not in known_ids():
            yield Finding(f"{file}", f"{issue.id} is about {issue.behaviour}, which is not in {CATALOGUE.name}")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1]


def look_at(feature: Feature) -> Iterator[Finding]:
    """Yield what can be said about a feature by itself."""
    for element in (feature, *feature.rules, *feature.walk_scenarios(with_outlines=True)):
        for tag in element.tags if not _is_row(element) else ():
            if not tags.is_known(tag):
                yield Finding(_place(element), tags.explain_unknown(tag) + ": acceptance steps tags")
    seen: dict[str, str] = {}
    for scenario in written_scenarios(feature):
        yield from _look_at_scenario(scenario)
        title = f"{scenario.parent.name}: {scenario.name}"
        if title in seen:
            yield Finding(_place(scenario), f'the title "{scenario.name}" is taken already, at {seen[title]}')
        seen[title] = _place(scenario)
    if not Path(feature.filename).is_relative_to(INTERFACE):
        yield from _technical_words(feature)


def written_scenarios(feature: Feature) -> list[Scenario]:
    """Return scenarios and outlines as they are written; the rows of an outline are not scenarios of their own."""
    return [scenario for scenario in feature.walk_scenarios(with_outlines=True) if not _is_row(scenario)]


def _is_row(element: object) -> bool:
    return isinstance(element, Scenario) and isinstance(element.parent, ScenarioOutline)


def _look_at_scenario(scenario: Scenario) -> Iterator[Finding]:
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
        yield Finding(
            place, f"the title has {len(scenario.name)} characters; {LONGEST_TITLE} are enough for an outcome"
        )
    needs_writes = tags.NEEDS + Capability.WRITES in scenario.effective_tags
    if tags.READONLY in scenario.effective_tags and needs_writes:
        yield Finding(
            place, f"@{tags.READONLY} and @needs.writes contradict each other: nothing would run it without writes"
        )


def _technical_words(feature: Feature) -> Iterator[Finding]:
    for scenario in written_scenarios(feature):
        lines = [(scenario.line, scenario.name), *((step.line, step.name) for step in scenario.steps)]
        for line, text in lines:
            if found := TECHNICAL.search(text):
                where = f"{feature.filename}:{line}"
                yield Finding(where, f'"{found[0]}" is a technical word; such scenarios belong into {INTERFACE}/')


def _steps(features: Sequence[Feature], *, whole: bool) -> Iterator[Finding]:
    entries = vocabulary.catalogue(vocabulary.load())
    sentences = [sentence for entry in entries for sentence in entry.sentences]
    told = set()
    for step, place in vocabulary.note_uses(entries, features):
        if place not in told:
            told.add(place)
            yield Finding(place, vocabulary.explain(step.step_type, step.name, sentences).replace("\n", "\n    "))
    for entry in entries if whole else ():
        if not entry.places:
            yield Finding("", f"no feature uses the step: {_told(entry)} (steps/{entry.module}.py)", is_error=False)


def _told(entry: Entry) -> str:
    return str(min(entry.sentences, key=lambda sentence: len(sentence.text)))


def _ids(features: Sequence[Feature], *, whole: bool) -> Iterator[Finding]:
    known = known_ids()
    places: dict[str, list[str]] = defaultdict(list)
    for feature in features:
        for scenario in written_scenarios(feature):
            ids = [str(tag).removeprefix(tags.ID) for tag in scenario.tags if tag.startswith(tags.ID)]
            if len(ids) != 1:
                said = "names no behaviour" if not ids else f"names {len(ids)} behaviours"
                yield Finding(_place(scenario), f"this scenario {said} of {CATALOGUE.name}: one tag like @id.VOD-040")
            for id in ids:
                places[id].append(_place(scenario))
                if id not in known:
                    yield Finding(_place(scenario), f"{id} is not in {CATALOGUE.name}: add its sentence there")
    for id, found in places.items():
        home = found[0].partition(":")[0]
        for place in found[1:]:
            if place.partition(":")[0] != home:  # several scenarios of one feature may show one behaviour
                yield Finding(place, f"{id} is shown in {home} already: give this behaviour a number of its own")
    missing = [id for id in known if id not in places]
    if whole and missing:
        yield Finding(
            "", f"{len(missing)} of {len(known)} behaviours have no scenario: {', '.join(missing)}", is_error=False
        )


def _place(element: Feature | Scenario) -> str:
    return f"{element.filename}:{element.line}"


def _start_linter(paths: Sequence[Path]) -> subprocess.Popen[str] | None:
    """Start behave-lint beside our own looking; None where it is not installed."""
    try:
        import behave_lint  # noqa: F401 - only to see whether it is there
    except ImportError:
        return None
    command = [
        sys.executable,
        "-m",
        "behave_lint",
        *map(str, paths),
        "--select",
        LINT_RULES,
        "--output",
        "json",
        "--no-cache",
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _lint_findings(linter: subprocess.Popen[str] | None) -> Iterator[Finding]:
    if linter is None:
        yield Finding(
            "", "behave-lint is not installed, so its rules were not checked: pip install behave-lint", is_error=False
        )
        return
    output, errors = linter.communicate()
    try:
        found = json.loads(output)["diagnostics"]
    except (ValueError, KeyError):
        yield Finding("", f"behave-lint did not work: {errors.strip() or output.strip()}")
        return
    for one in found:
        yield Finding(_lint_place(one), f"{one['message']} ({one['rule_id']} of behave-lint)")


def _lint_place(one: Mapping[str, object]) -> str:
    location = one.get("location")
    place = location if isinstance(location, Mapping) else one
    file = Path(str(place.get("file") or place.get("path") or place.get("file_path")))
    shown = file.relative_to(Path.cwd()) if file.is_absolute() and file.is_relative_to(Path.cwd()) else file
    return f"{shown}:{place.get('line', 1)}"
