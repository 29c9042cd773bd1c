"""The sentences that the steps know: the catalogue of them, and what an unknown sentence probably meant."""

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
from support.gherkin import parameter_types
from support.gherkin.parse import loading_code, parsed

STEPS = Path("steps")
FEATURES = Path("features")
EXAMPLE = re.compile(r"^\s*Example: (\w+) (.+?)\s*$", re.MULTILINE)
KEYWORDS = ("given", "when", "then")


@dataclass
class StepText:
    """One sentence of a step: its keyword, its text with parameters, and its uses in features: place and step."""

    keyword: str
    text: str
    definition: Any
    uses: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def parts(self) -> Sequence[tuple[str, str | None, str]]:
        """Literal, parameter name, and type of the parameter, in order."""
        return [(literal, name, kind or "") for literal, name, kind, _ in Formatter().parse(self.text)]

    @cached_property
    def loose(self) -> re.Pattern[str]:
        """A pattern that takes anything for a parameter."""
        return re.compile("".join(re.escape(literal) + ("(.+?)" if name else "") for literal, name, _ in self.parts))

    @property
    def template(self) -> str:
        """The sentence with "@" for each parameter."""
        return "".join(literal + ("@" if name else "") for literal, name, _ in self.parts)

    @property
    def kinds(self) -> list[str]:
        """The types of the parameters, in order."""
        return [kind for _, name, kind in self.parts if name]

    def __str__(self) -> str:
        return f"{self.keyword.capitalize()} {self.text}"


@dataclass
class Entry:
    """One step: its sentences, what it does, the rest of what is to know, an example, and its module."""

    step_texts: list[StepText]
    meaning: str
    details: str
    example: str
    module: str
    function: str

    @property
    def places(self) -> list[str]:
        """Where features use it."""
        return sorted({place for sentence in self.step_texts for place, _ in sentence.uses})

    @property
    def runs_at(self) -> str | None:
        """Where a feature says the example, word for word; None where none does."""
        said = {
            f"{sentence.keyword.capitalize()} {step}": place
            for sentence in self.step_texts
            for place, step in reversed(sentence.uses)
        }
        return said.get(self.example)


def load(steps: Path = STEPS) -> StepRegistry:
    """Load the step definitions as behave does, once in a process."""
    if not registry.steps["given"] and not registry.steps["then"]:
        parameter_types.register(TYPES)
        with loading_code():
            load_step_modules([str(steps)])
    return registry


def catalogue(steps: StepRegistry) -> list[Entry]:
    """Return every step, by module, in the order of the files."""
    by_function: dict[Any, Entry] = {}
    for keyword in KEYWORDS:
        for definition in steps.steps[keyword]:
            entry = by_function.get(definition.func) or by_function.setdefault(definition.func, _entry(definition.func))
            entry.step_texts.append(StepText(keyword, definition.pattern, definition))
    return sorted(by_function.values(), key=lambda entry: (entry.module, _line(entry)))


def _line(entry: Entry) -> int:
    return int(entry.step_texts[0].definition.func.__code__.co_firstlineno)


def _entry(function: Any) -> Entry:
    text = "\n".join(line.strip() for line in (function.__doc__ or "").strip().splitlines())
    example = " ".join(EXAMPLE.findall(text)[0]) if EXAMPLE.search(text) else ""
    meaning, _, details = EXAMPLE.sub("", text).strip().partition("\n\n")
    flat = " ".join
    return Entry(
        [],
        flat(meaning.split()),
        flat(details.split()),
        example,
        Path(function.__code__.co_filename).stem,
        function.__name__,
    )


def note_uses(entries: Iterable[Entry], features: Iterable[Feature]) -> list[tuple[Step, str]]:
    """Note where each sentence is used; return the steps that no definition takes, with their place."""
    by_keyword: dict[str, list[StepText]] = {keyword: [] for keyword in KEYWORDS}
    for entry in entries:
        for sentence in entry.step_texts:
            by_keyword[sentence.keyword].append(sentence)
    known: dict[tuple[str, str], StepText | None] = {}
    unknown: list[tuple[Step, str]] = []
    for step, place in used_steps(features):
        key = (step.step_type, step.name)
        if key not in known:
            candidates = by_keyword.get(step.step_type, [])
            known[key] = next((one for one in candidates if one.definition.matches(step.name)), None)
        taken = known[key]
        if taken is None:
            unknown.append((step, place))
        else:
            taken.uses.append((place, step.name))
    return unknown


def used_steps(features: Iterable[Feature]) -> Iterator[tuple[Step, str]]:
    """Yield each step of features with its place; those of an outline once for each row."""
    for feature in features:
        for scenario in feature.walk_scenarios():
            for step in scenario.all_steps:
                yield step, f"{step.filename}:{step.line}"


def read_features(paths: Sequence[Path] = (FEATURES,)) -> list[Feature]:
    """Parse features; folders are searched. Raises Unreadable."""
    files = [file for path in paths for file in (sorted(path.rglob("*.feature")) if path.is_dir() else [path])]
    return parsed([FileLocation(os.path.normpath(file)) for file in files])


# What an unknown sentence probably meant


def explain(keyword: str, text: str, sentences: Sequence[StepText], *, count: int = 3) -> str:
    """Return what is wrong with a sentence that no step takes, and the nearest that steps do take."""
    lines = [f"No step says: {keyword.capitalize()} {text}"]
    others = [one for one in sentences if one.keyword != keyword and one.definition.matches(text)]
    if others:
        told = " or ".join(sorted({one.keyword.capitalize() for one in others}))
        lines.append(f"It is a sentence for {told}, not for {keyword.capitalize()}.")
    lines += _misfits(keyword, text, sentences)
    if text.count("{") != text.count("}"):
        lines.append("A brace is opened and not closed, or the other way round: {vod.id}")
    near = [*others, *(one for one in _nearest(keyword, text, sentences) if one not in others)][:count]
    lines.append("The nearest sentences:")
    lines += [f"  {one}" + _example(one) for one in near]
    lines.append("All of them: acceptance steps WORD")
    return "\n".join(lines)


def _example(sentence: StepText) -> str:
    keyword, _, text = _entry(sentence.definition.func).example.partition(" ")
    fits = keyword.lower() == sentence.keyword and sentence.definition.matches(text)
    return f"\n      for instance: {keyword} {text}" if sentence.kinds and fits else ""


def _misfits(keyword: str, text: str, sentences: Iterable[StepText]) -> list[str]:
    """Return which values do not fit, in the sentences in which the fewest do not."""
    told = [wrong for one in sentences if (wrong := list(_wrong_values(keyword, text, one)))]
    fewest = min(map(len, told), default=0)
    return list(dict.fromkeys(wrong for wrongs in told if len(wrongs) == fewest for wrong in wrongs))


def _wrong_values(keyword: str, text: str, sentence: StepText) -> Iterator[str]:
    """Yield which values do not fit, where the words between them do."""
    found = sentence.loose.fullmatch(text) if sentence.keyword == keyword else None
    words = sum(len(literal.split()) for literal, _, _ in sentence.parts)
    if found is None:
        return
    wrong = [
        (value, TYPES[kind])
        for value, kind in zip(found.groups(), sentence.kinds, strict=True)
        if kind in TYPES and not re.fullmatch(TYPES[kind].pattern, value)
    ]
    if words > 1 or len(wrong) < len(sentence.kinds):
        for value, kind in wrong:
            near = difflib.get_close_matches(value, kind.choices, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            told = f" Known: {', '.join(kind.choices)}." if kind.choices else ""
            yield f"{value} does not fit: here stands {kind.meaning}.{meant}{told}"


def _nearest(keyword: str, text: str, sentences: Sequence[StepText]) -> list[StepText]:
    """Return the sentences, the most alike first: rare words that both have count more than common ones."""
    asked = _blanked(text)
    words = {id(sentence): _blanked(sentence.template) for sentence in sentences}
    often = Counter(word for found in words.values() for word in set(found))

    def weight(found: Iterable[str]) -> float:
        return sum(1 / (1 + often[word]) for word in found if word != "@")

    def likeness(sentence: StepText) -> float:
        own = words[id(sentence)]
        shared = 2 * weight(set(asked) & set(own)) / (weight(set(asked)) + weight(set(own)) or 1.0)
        order = difflib.SequenceMatcher(None, asked, own, autojunk=False).ratio()
        letters = difflib.SequenceMatcher(None, " ".join(asked), " ".join(own), autojunk=False).ratio()
        return shared + order + letters + (0.25 if sentence.keyword == keyword else 0.0)

    chosen: dict[Any, StepText] = {}
    for sentence in sorted(sentences, key=likeness, reverse=True):
        chosen.setdefault(sentence.definition.func, sentence)
    return list(chosen.values())


def _blanked(text: str) -> list[str]:
    people = "|".join(TYPES["Actor"].choices)
    text = re.sub(rf'[A-Z]+ /\S*|"[^"]*"|\b\d+(\.\d+)?\b|\b(?:{people})\b', "@", text)
    return [word.strip(",.:'") for word in text.lower().split()]


class ExplainingRegistry:
    """The registry of steps as the runner asks it; an unknown step is given the explanation as its message."""

    def __init__(self, steps: StepRegistry) -> None:
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._steps, name)

    @cached_property
    def _sentences(self) -> list[StepText]:
        return [sentence for entry in catalogue(self._steps) for sentence in entry.step_texts]

    def find_match(self, step: Step) -> Any:
        """Return the match of a step; None where there is none."""
        match = self._steps.find_match(step)
        if match is None:
            step.error_message = explain(step.step_type, step.name, self._sentences)
        return match
