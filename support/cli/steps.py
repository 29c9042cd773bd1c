"""`acceptance steps`: list step texts, on the terminal or as a page with a search field."""

from __future__ import annotations

import argparse
import contextlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from support.capabilities.registry import PARAMETER_TYPES as TYPES
from support.checks.matchers import FAMILIES
from support.checks.relative_matchers import RELATIVE_MATCHERS
from support.errors import ExitCode, UsageError, suggest
from support.gherkin import steps as step_index
from support.gherkin.parse import InvalidFeature, feature_files
from support.gherkin.steps import StepEntry
from support.gherkin.tags import VOCABULARY
from support.scenario.values import INVENTIONS

ACTORS = {"Actor", "Object", "Owner", "Caller"}
EDITOR = Path(".vscode/settings.json")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "words",
        nargs="*",
        help="filter by words",
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="write a page with a search field")
    parser.add_argument("--editor", action="store_true", help=f"update {EDITOR} for completion")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Print step texts or one of the lists, or write the page or the editor's settings."""
    if options.page:
        print(f"Steps: {write_page(options.page).resolve()}")
    elif options.editor:
        EDITOR.parent.mkdir(exist_ok=True)
        EDITOR.write_text(editor_settings(), encoding="utf-8")
        print(f"Updated {EDITOR}.")
    elif options.words[:1] in (["values"], ["tags"], ["parameters"]):
        lines = {"values": values, "tags": tags, "parameters": parameters}[options.words[0]]()
        print("\n".join(_filtered(lines, options.words[1:])))
    else:
        print("\n".join(_printed(entries(), options.words)))
    return ExitCode.PASSED


def entries() -> list[StepEntry]:
    """Return all step definitions with the places of features that use them."""
    found = step_index.build_index(step_index.load())
    for file in feature_files([step_index.FEATURES]):
        with contextlib.suppress(InvalidFeature):  # may be incomplete; runs and checks report it
            step_index.record_uses(found, step_index.read_features([file]))
    return found


def _filtered(lines: Iterable[str], words: Sequence[str]) -> list[str]:
    """Return the lines that contain all words. Raises UsageError if there are none."""
    lines = list(lines)
    found = [line for line in lines if all(word.lower() in line.lower() for word in words)]
    if not found:
        raise UsageError(f"No line contains {' and '.join(words)}.{_suggest_words(words, lines)}")
    return found


def _suggest_words(words: Sequence[str], texts: Iterable[str]) -> str:
    known = sorted({word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower())})
    return "".join(suggest(word, known) for word in words if word.lower() not in known)


def _printed(found: Sequence[StepEntry], words: Sequence[str]) -> Iterator[str]:
    chosen = [entry for entry in found if all(word.lower() in _searched(entry) for word in words)]
    if not chosen:
        chosen = [entry for entry in found if any(word.lower() in _searched(entry) for word in words)]
        if chosen:
            yield f"No step text contains {' and '.join(words)}. Some contain one of them:"
    if not chosen:
        raise UsageError(
            f"No step text contains {' and '.join(words)}.{_suggest_words(words, map(_searched, found))} "
            f"All {len(found)} are listed without a word; `acceptance values` lists placeholders."
        )
    for module, group in groupby(chosen, key=lambda entry: entry.module):
        yield f"── {module} " + "─" * 60
        for entry in group:
            yield from (f"{text}" for text in entry.step_texts)
            yield f"    {entry.summary}" + (f" {entry.details}" if entry.details else "")
            yield f"    Example: {entry.example}"
            yield f"    Runs at: {_used(entry)}"
            yield ""
    if not words:
        yield "See also: acceptance values (placeholders), acceptance parameters, acceptance tags"


def _searched(entry: StepEntry) -> str:
    """Return the text that a search examines, with the values of parameters but without persona names."""
    step_texts = " ".join(map(str, entry.step_texts))
    types = {type for text in entry.step_texts for type in text.types} & TYPES.keys() - ACTORS
    choices = " ".join(word for type in sorted(types) for word in TYPES[type].choices)
    return f"{step_texts} {entry.summary} {entry.details} {entry.example} {entry.module} {choices}".lower()


def _used(entry: StepEntry) -> str:
    if not entry.places:
        return "not used yet"
    first, others = entry.runs_at or entry.places[0], len(entry.places) - 1
    return f"{first}, and {others} more place{'s' if others > 1 else ''}" if others else first


def values() -> Iterator[str]:
    """Yield the placeholders: stored values, generated values, matchers."""
    yield "Braces in a cell or a JSON text contain a placeholder; all other text is literal."
    yield ""
    yield "Stored values: {vod.id} is a field of what a step stored as vod; {response.total} of the last response."
    yield ""
    yield "Generated, in requests:"
    yield from (f"  {{{one.example}}}".ljust(36) + one.meaning for one in INVENTIONS)
    yield ""
    yield "Matchers, in tables and JSON documents of a Then:"
    yield from (f"  {{{one.example}}}".ljust(36) + one.meaning for one in FAMILIES)
    yield ""
    yield 'Matchers for a field of a resource of the scenario (Then the user "Alma" is stored with):'
    yield from (f"  {{{one.example}}}".ljust(36) + one.meaning for one in RELATIVE_MATCHERS)
    yield ""
    yield 'In a cell, 5 is a number, true and null are JSON literals, "5" is a text, "a\\nb" a text of two lines.'


def tags() -> Iterator[str]:
    """Yield the tags of the vocabulary."""
    yield from (f"  @{tag.example}".ljust(44) + tag.meaning for tag in VOCABULARY)


def parameters() -> Iterator[str]:
    """Yield the parameter types with meaning and values."""
    width = max(map(len, TYPES)) + len("  {…:} ")
    for name, type in TYPES.items():
        yield f"  {{…:{name}}}".ljust(width) + type.meaning + (f": {', '.join(type.choices)}" if type.choices else "")


def editor_settings() -> str:
    """Return settings for the Cucumber extension of VS Code, with each parameter as one of its types."""
    used = sorted(
        {
            (f"{name}:{type}" if type else name, TYPES[type].pattern if type else ".+")
            for entry in step_index.build_index(step_index.load())
            for text in entry.step_texts
            for _, name, type in text.parts
            if name
        }
    )
    settings = {
        "cucumber.features": ["features/**/*.feature"],
        "cucumber.glue": ["steps/*.py"],
        "cucumber.parameterTypes": [{"name": name, "regexp": pattern} for name, pattern in used],
        "files.associations": {"*.feature": "cucumber"},
        "[cucumber]": {"editor.tabSize": 2, "editor.insertSpaces": True, "editor.rulers": [120]},
    }
    return json.dumps(settings, indent=2) + "\n"


def write_page(path: Path) -> Path:
    """Write the step texts as one self-contained page. Raises UsageError if it cannot be written."""
    content = _page(entries())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except PermissionError:
        raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Give a file name.") from error
    return path


def _page(found: Sequence[StepEntry]) -> str:
    steps = "\n".join(_article(entry) for entry in found)
    lists = "\n".join(
        f"<details><summary>{title}</summary><pre>{html.escape(chr(10).join(lines))}</pre></details>"
        for title, lines in (
            ("Placeholders", values()),
            ("Parameter types", parameters()),
            ("Tags", tags()),
        )
    )
    return _PAGE.replace("@lists@", lists).replace("@steps@", steps).replace("@count@", str(len(found)))


def _article(entry: StepEntry) -> str:
    step_texts = "".join(f"<code>{html.escape(str(text))}</code>" for text in entry.step_texts)
    places = "".join(f"<li>{html.escape(place)}</li>" for place in entry.places) or "<li>not used yet</li>"
    return (
        f'<article data-text="{html.escape(_searched(entry))}"><small>{entry.module}</small>{step_texts}'
        f"<p>{html.escape(entry.summary)} {html.escape(entry.details)}</p>"
        f"<p>Example: <kbd>{html.escape(entry.example)}</kbd> runs at {html.escape(entry.runs_at or 'no place')}</p>"
        f"<details><summary>used {len(entry.places)} times</summary><ul>{places}</ul></details></article>"
    )


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Steps</title><style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
input { width: 100%; font: inherit; padding: .5rem; position: sticky; top: 0; box-sizing: border-box }
article { border-top: 1px solid #8886; padding: .7rem 0 }
article code { display: block; font-weight: 600 } kbd { font-family: ui-monospace, monospace }
article p { margin: .2rem 0 } article small { float: right; opacity: .7 } pre { white-space: pre-wrap }
</style></head><body><h1>Steps</h1>
<p>The @count@ steps that features can use. A word in braces is a parameter:
its name, and after the colon its type.</p>
@lists@
<label>Find <input type="search" autofocus placeholder="words: captions, Redis, rejected ..."></label>
<p id="found" role="status"></p>
@steps@
<script>
const field = document.querySelector("input"), all = [...document.querySelectorAll("article")];
function show() {
  const words = field.value.toLowerCase().split(/\\s+/);
  let count = 0;
  for (const one of all) {
    one.hidden = !words.every(word => one.dataset.text.includes(word));
    count += !one.hidden;
  }
  document.querySelector("#found").textContent = count + " of " + all.length;
}
field.addEventListener("input", show);
show();
</script></body></html>
"""
