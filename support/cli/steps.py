"""`acceptance steps`: the sentences that features can use, on the terminal and as a page with a search field."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from support.capabilities.registry import PARAMETER_TYPES as TYPES
from support.checks.matchers import FAMILIES
from support.checks.relative_matchers import RELATIVE_MATCHERS
from support.errors import ExitCode, UsageError
from support.gherkin import steps as step_index
from support.gherkin.format import feature_files
from support.gherkin.parse import Unreadable
from support.gherkin.steps import Entry
from support.gherkin.tags import VOCABULARY
from support.scenario.values import INVENTIONS

PEOPLE = {"Actor", "Object", "Owner", "Caller"}
EDITOR = Path(".vscode/settings.json")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument(
        "words",
        nargs="*",
        help="only what holds all these words; behind `values`, `tags` or `words` lines of these lists",
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="write a page with a search field instead")
    parser.add_argument("--editor", action="store_true", help=f"bring {EDITOR} up to date, for completion in VS Code")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Print the catalogue, or what was asked of it."""
    if options.page:
        print(f"Steps: {write_page(options.page).resolve()}")
    elif options.editor:
        EDITOR.parent.mkdir(exist_ok=True)
        EDITOR.write_text(editor_settings(), encoding="utf-8")
        print(f"Completion of our steps is in {EDITOR}.")
    elif options.choices[:1] in (["values"], ["tags"], ["words"]):
        lines = {"values": values, "tags": tags, "words": words}[options.choices[0]]()
        print("\n".join(_holding(lines, options.choices[1:])))
    else:
        print("\n".join(_printed(entries(), options.choices)))
    return ExitCode.PASSED


def entries() -> list[Entry]:
    """Return all steps with the places where features use them."""
    found = step_index.catalogue(step_index.load())
    for file in feature_files([step_index.FEATURES]):
        with contextlib.suppress(Unreadable):  # while it is being written; running and checking tell of it
            step_index.note_uses(found, step_index.read_features([file]))
    return found


def _holding(lines: Iterable[str], words: Sequence[str]) -> list[str]:
    """Return the lines that hold all words; all lines where there are no words."""
    found = [line for line in lines if all(word.lower() in line.lower() for word in words)]
    if not found:
        raise UsageError(f"No line of that list holds {' and '.join(words)}.")
    return found


def _printed(found: Sequence[Entry], words: Sequence[str]) -> Iterator[str]:
    chosen = [entry for entry in found if all(word.lower() in _searched(entry) for word in words)]
    if not chosen:
        chosen = [entry for entry in found if any(word.lower() in _searched(entry) for word in words)]
        if chosen:
            yield f"No sentence holds {' and '.join(words)}; these hold one of them:"
    if not chosen:
        known = {word for entry in found for word in re.findall(r"[a-z]+", _searched(entry))}
        near = [meant for word in words for meant in difflib.get_close_matches(word.lower(), known, n=1)]
        raise UsageError(
            f"No sentence holds {' and '.join(words)}. "
            + (f"Did you mean {' '.join(near)}? " if near else "")
            + f"Try another word, or none to see all {len(found)}; `acceptance values` tells what can stand in braces."
        )
    for module, group in groupby(chosen, key=lambda entry: entry.module):
        yield f"── {module} " + "─" * 60
        for entry in group:
            yield from (f"{sentence}" for sentence in entry.step_texts)
            yield f"    {entry.meaning}" + (f" {entry.details}" if entry.details else "")
            yield f"    Example: {entry.example}"
            yield f"    Runs at: {_used(entry)}"
            yield ""
    if not words:
        yield "See also: acceptance values (what stands in braces), acceptance words, acceptance tags"


def _searched(entry: Entry) -> str:
    """Return the words by which a step is found: also those that its parameters take, but for the names of people."""
    sentences = " ".join(map(str, entry.step_texts))
    kinds = {kind for sentence in entry.step_texts for kind in sentence.kinds} & TYPES.keys() - PEOPLE
    taken = " ".join(word for kind in sorted(kinds) for word in TYPES[kind].choices)
    return f"{sentences} {entry.meaning} {entry.details} {entry.example} {entry.module} {taken}".lower()


def _used(entry: Entry) -> str:
    if not entry.places:
        return "nowhere yet"
    first, others = entry.runs_at or entry.places[0], len(entry.places) - 1
    return f"{first}, and {others} more place{'s' if others > 1 else ''}" if others else first


def values() -> Iterator[str]:
    """Yield what can stand in braces: remembered, made up, expected."""
    yield "What stands in braces, in a cell or a text of JSON, is not literal; everything else is."
    yield ""
    yield "Remembered: {vod.id} is a part of what a step remembered as vod; {response.total} of the last answer."
    yield ""
    yield "Made up, where something is sent:"
    yield from (f"  {{{one.example}}}".ljust(36) + one.meaning for one in INVENTIONS)
    yield ""
    yield "Expected by kind, in tables and JSON documents of a Then:"
    yield from (f"  {{{one.example}}}".ljust(36) + one.meaning for one in FAMILIES)
    yield ""
    yield 'Expected of a field of one thing that the scenario has made (Then the user "Alma" is stored with):'
    yield from (f"  {{{one.example}}}".ljust(36) + one.meaning for one in RELATIVE_MATCHERS)
    yield ""
    yield 'In a cell, 5 is a number, true and null are what they are in JSON, "5" is a text, "a\\nb" one of two lines.'


def tags() -> Iterator[str]:
    """Yield the tags that there are."""
    yield from (f"  @{tag.example}".ljust(44) + tag.meaning for tag in VOCABULARY)


def words() -> Iterator[str]:
    """Yield the parameters of sentences: what each means, and its words."""
    width = max(map(len, TYPES)) + len("  {…:} ")
    for name, kind in TYPES.items():
        yield f"  {{…:{name}}}".ljust(width) + kind.meaning + (f": {', '.join(kind.choices)}" if kind.choices else "")


def editor_settings() -> str:
    """Return settings for the Cucumber extension of VS Code, which takes our parameters for its own kind."""
    used = sorted(
        {
            (f"{name}:{kind}" if kind else name, TYPES[kind].pattern if kind else ".+")
            for entry in step_index.catalogue(step_index.load())
            for sentence in entry.step_texts
            for _, name, kind in sentence.parts
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
    """Write the catalogue as one page that needs nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_page(entries()), encoding="utf-8")
    return path


def _page(found: Sequence[Entry]) -> str:
    steps = "\n".join(_article(entry) for entry in found)
    lists = "\n".join(
        f"<details><summary>{title}</summary><pre>{html.escape(chr(10).join(lines))}</pre></details>"
        for title, lines in (
            ("What can stand in braces", values()),
            ("Words that parameters take", words()),
            ("Tags", tags()),
        )
    )
    return _PAGE.replace("@lists@", lists).replace("@steps@", steps).replace("@count@", str(len(found)))


def _article(entry: Entry) -> str:
    sentences = "".join(f"<code>{html.escape(str(sentence))}</code>" for sentence in entry.step_texts)
    places = "".join(f"<li>{html.escape(place)}</li>" for place in entry.places) or "<li>nowhere yet</li>"
    return (
        f'<article data-text="{html.escape(_searched(entry))}"><small>{entry.module}</small>{sentences}'
        f"<p>{html.escape(entry.meaning)} {html.escape(entry.details)}</p>"
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
<p>The @count@ sentences that features can use. A word in braces is a parameter:
its name, and after the colon its kind.</p>
@lists@
<label>Find <input type="search" autofocus placeholder="words: captions, Redis, refused ..."></label>
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
