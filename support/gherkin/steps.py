"""The index of step texts, and the explanation of an undefined step."""

from __future__ import annotations

import difflib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any

from behave.model import Feature, Step
from behave.model_type import FileLocation
from behave.runner_util import load_step_modules
from behave.step_registry import StepRegistry, registry

from support.capabilities.registry import PARAMETER_TYPES as TYPES
from support.errors import suggest
from support.gherkin import parameter_types
from support.gherkin.parameter_types import ParameterType
from support.gherkin.parse import feature_files, loading_code, parse_features

STEPS = Path("steps")
FEATURES = Path("features")
EXAMPLE = re.compile(r"^\s*Example: (\w+) (.+?)\s*$", re.MULTILINE)
KEYWORDS = ("given", "when", "then")


@dataclass
class StepText:
    """One text of a step definition: keyword, text with parameters, and its uses in features (place and step)."""

    keyword: str
    text: str
    definition: Any
    uses: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def parts(self) -> Sequence[tuple[str, str | None, str]]:
        """Return literal, name and type of each parameter, in order."""
        return [(literal, name, type or "") for literal, name, type, _ in Formatter().parse(self.text)]

    @cached_property
    def loose(self) -> re.Pattern[str]:
        """Return a pattern that matches any text for a parameter."""
        return re.compile(
            "".join(re.escape(literal) + (r"(\S(?:.*?\S)?)" if name else "") for literal, name, _ in self.parts)
        )

    @property
    def template(self) -> str:
        """Return the text with "@" for each parameter."""
        return "".join(literal + ("@" if name else "") for literal, name, _ in self.parts)

    @property
    def types(self) -> list[str]:
        """Return the types of the parameters, in order."""
        return [type for _, name, type in self.parts if name]

    def __str__(self) -> str:
        return f"{self.keyword.capitalize()} {self.text}"


@dataclass
class StepEntry:
    """One step function: its texts, summary and details of its docstring, an example, and its module."""

    step_texts: list[StepText]
    summary: str
    details: str
    example: str
    module: str
    function: str

    @property
    def places(self) -> list[str]:
        """Return the places of features that use it."""
        return sorted({place for text in self.step_texts for place, _ in text.uses})

    @property
    def runs_at(self) -> str | None:
        """Return the place of a step that equals the example; None without one."""
        used = {
            f"{text.keyword.capitalize()} {step}": place
            for text in self.step_texts
            for place, step in reversed(text.uses)
        }
        return used.get(self.example)


def load(steps: Path = STEPS) -> StepRegistry:
    """Load the step definitions as behave does, once per process."""
    if not registry.steps["given"] and not registry.steps["then"]:
        parameter_types.register(TYPES)
        with loading_code():
            load_step_modules([str(steps)])
    return registry


def build_index(steps: StepRegistry) -> list[StepEntry]:
    """Return an entry for each step function, by module, in the order of the files."""
    by_function: dict[Any, StepEntry] = {}
    for keyword in KEYWORDS:
        for definition in steps.steps[keyword]:
            entry = by_function.get(definition.func) or by_function.setdefault(definition.func, _entry(definition.func))
            entry.step_texts.append(StepText(keyword, definition.pattern, definition))
    return sorted(by_function.values(), key=lambda entry: (entry.module, _line(entry)))


def _line(entry: StepEntry) -> int:
    return int(entry.step_texts[0].definition.func.__code__.co_firstlineno)


def _entry(function: Any) -> StepEntry:
    text = "\n".join(line.strip() for line in (function.__doc__ or "").strip().splitlines())
    example = " ".join(EXAMPLE.findall(text)[0]) if EXAMPLE.search(text) else ""
    summary, _, details = EXAMPLE.sub("", text).strip().partition("\n\n")
    flat = " ".join
    return StepEntry(
        [],
        flat(summary.split()),
        flat(details.split()),
        example,
        Path(function.__code__.co_filename).stem,
        function.__name__,
    )


def record_uses(entries: Iterable[StepEntry], features: Iterable[Feature]) -> list[tuple[Step, str]]:
    """Record where each step text is used; return the undefined steps with their places."""
    by_keyword: dict[str, list[StepText]] = {keyword: [] for keyword in KEYWORDS}
    for entry in entries:
        for text in entry.step_texts:
            by_keyword[text.keyword].append(text)
    known: dict[tuple[str, str], StepText | None] = {}
    unknown: list[tuple[Step, str]] = []
    for step, place in used_steps(features):
        key = (step.step_type, step.name)
        if key not in known:
            candidates = by_keyword.get(step.step_type, [])
            known[key] = next((one for one in candidates if one.definition.matches(step.name)), None)
        matching = known[key]
        if matching is None:
            unknown.append((step, place))
        else:
            matching.uses.append((place, step.name))
    return unknown


def used_steps(features: Iterable[Feature]) -> Iterator[tuple[Step, str]]:
    """Yield each step of features with its place; a step of an outline once for each row."""
    for feature in features:
        for scenario in feature.walk_scenarios():
            for step in scenario.all_steps:
                yield step, f"{step.filename}:{step.line}"


def read_features(paths: Sequence[Path] = (FEATURES,)) -> list[Feature]:
    """Parse features; folders are searched. Raises InvalidFeature."""
    return parse_features([FileLocation(os.path.normpath(file)) for file in feature_files(paths)])


def explain(keyword: str, text: str, step_texts: Sequence[StepText], *, count: int = 3) -> str:
    """Return the message for an undefined step: what differs from the nearest step texts, then these.

    `count` is the number of step texts shown.
    """
    lines = [f"Undefined step: {keyword.capitalize()} {text}"]
    others = [one for one in step_texts if one.keyword != keyword and one.definition.matches(text)]
    near = [*others, *(one for one in _nearest(keyword, text, step_texts) if one not in others)]
    if others:
        allowed = " or ".join(sorted({one.keyword.capitalize() for one in others}))
        lines.append(f"This step text is defined for {allowed}, not for {keyword.capitalize()}.")
    else:
        same_keyword = [one for one in step_texts if one.keyword == keyword]
        words = " ".join(text.split())
        best = min(same_keyword, key=lambda one: (_mismatches(one, words), -len(one.template)), default=None)
        if best and _mismatches(best, words) < UNRELATED:  # the explanation is about the first text shown
            near = [best, *(one for one in near if one.definition.func is not best.definition.func)]
        lines += differences(text, near[0]) if near else []
    if text.count("{") != text.count("}"):
        lines.append("A brace is not closed, or not opened. Expected for instance {vod.id}")
    lines.append("Nearest step texts:")
    lines += [f"  {one}" + _example(one) for one in near[:count]]
    lines.append("List all of them with `acceptance steps WORD`")
    return "\n".join(lines)


UNRELATED = 1000


def _mismatches(step_text: StepText, text: str) -> int:
    """Return how many values do not match their types where the literal text matches, UNRELATED otherwise."""
    found = step_text.loose.fullmatch(text)
    literal_words = sum(len(literal.split()) for literal, _, _ in step_text.parts)
    if found is None:
        return UNRELATED
    wrong = len(list(_invalid_values(found.groups(), step_text)))
    plausible = wrong * 2 <= len(step_text.types) or (wrong == 1 and literal_words > 1)
    return wrong if plausible else UNRELATED


def _example(step_text: StepText) -> str:
    keyword, _, text = _entry(step_text.definition.func).example.partition(" ")
    fits = keyword.lower() == step_text.keyword and step_text.definition.matches(text)
    return f"\n      for instance: {keyword} {text}" if step_text.types and fits else ""


def _invalid_values(values: Sequence[str], step_text: StepText) -> Iterator[tuple[str, ParameterType]]:
    for value, name in zip(values, step_text.types, strict=True):
        if name in TYPES and not re.fullmatch(TYPES[name].pattern, value):
            yield value, TYPES[name]


def differences(text: str, step_text: StepText) -> list[str]:
    """Return how an undefined step differs from one step text, as messages."""
    if found := step_text.loose.fullmatch(text):
        return [
            f"Invalid value {value}: expected {type.meaning}.{suggest(value, type.choices)}"
            for value, type in _invalid_values(found.groups(), step_text)
        ]
    if text != " ".join(text.split()):
        return ["Several blanks between two words: expected one.", *differences(" ".join(text.split()), step_text)]
    shown = _tokens(
        "".join(literal + (f"{{{name}:{type}}}" if name else "") for literal, name, type in step_text.parts)
    )
    expected, actual = _tokens(step_text.template), _tokens(_with_values_blanked(text, step_text))
    matcher = difflib.SequenceMatcher(None, expected, actual, autojunk=False)
    if len(shown) != len(expected) or matcher.ratio() < 0.5:
        return []
    return [
        _difference(_joined(shown[a:b]), _joined(actual[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]


def _joined(tokens: Sequence[str]) -> str:
    return " ".join(tokens)


def _difference(expected: str, actual: str) -> str:
    if not actual:
        return f'Yours lacks "{expected}".'
    if not expected:
        comment = " A comment needs a line of its own." if actual.startswith("#") else ""
        return f'Yours has "{actual}" in addition.{comment}'
    return f'Yours has "{actual}" instead of "{expected}".'


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\s,]+|,", text)


def _with_values_blanked(text: str, step_text: StepText) -> str:
    """Return a step with "@" for what matches the parameter types of a step text, in their order."""
    done, rest = "", text
    for name in step_text.types:
        pattern = TYPES[name].pattern if name in TYPES else r"\S+"
        found = re.search(rf"(?<![\w]){pattern and f'(?:{pattern})'}(?!\w)", rest)
        if found and found[0]:
            done, rest = done + rest[: found.start()] + "@", rest[found.end() :]
    return done + rest


def _nearest(keyword: str, text: str, step_texts: Sequence[StepText]) -> list[StepText]:
    """Return step texts, most similar first: shared rare words count more than common ones."""
    undefined = _blanked(text)
    words = {id(one): _blanked(one.template) for one in step_texts}
    frequency = Counter(word for found in words.values() for word in set(found))

    def weight(found: Iterable[str]) -> float:
        return sum(1 / (1 + frequency[word]) for word in found if word != "@")

    def similarity(one: StepText) -> float:
        own = words[id(one)]
        shared = 2 * weight(set(undefined) & set(own)) / (weight(set(undefined)) + weight(set(own)) or 1.0)
        order = difflib.SequenceMatcher(None, undefined, own, autojunk=False).ratio()
        letters = difflib.SequenceMatcher(None, " ".join(undefined), " ".join(own), autojunk=False).ratio()
        return shared + order + letters + (0.25 if one.keyword == keyword else 0.0)

    chosen: dict[Any, StepText] = {}
    for one in sorted(step_texts, key=similarity, reverse=True):
        chosen.setdefault(one.definition.func, one)
    return list(chosen.values())


def _blanked(text: str) -> list[str]:
    actors = "|".join(map(re.escape, TYPES["Actor"].choices))
    text = re.sub(rf'[A-Z]+ /\S*|"[^"]*"|\b\d+(\.\d+)?\b|\b(?:{actors})\b', "@", text)
    return [word.strip(",.:'") for word in text.lower().split()]


class ExplainingRegistry:
    """behave's registry of steps; an undefined step gets the explanation as its error message."""

    def __init__(self, steps: StepRegistry) -> None:
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._steps, name)

    @cached_property
    def _step_texts(self) -> list[StepText]:
        return [text for entry in build_index(self._steps) for text in entry.step_texts]

    def find_match(self, step: Step) -> Any:
        """Return the match of a step; None if it is undefined."""
        match = self._steps.find_match(step)
        if match is None:
            step.error_message = explain(step.step_type, step.name, self._step_texts)
        return match
