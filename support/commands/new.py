"""`acceptance new`: a first feature in our style, that runs as it is."""

from __future__ import annotations

import argparse
import difflib
import re
from pathlib import Path

from support import tags
from support.catalogue import behaviours, families
from support.commands.rules import INTERFACE, OUTCOME, RULE, STORY
from support.exits import ExitCode, UsageError
from support.testdata.media import file_stem
from support.vocabulary import FEATURES, read_features

EPICS = {
    "access": "Login_and_roles",
    "vod": "Video_on_demand",
    "research": "Research",
    "recovery": "Errors_and_recovery",
    "operations": "Operations",
    "interface": "Interface",
}
TEMPLATE = """@allure.label.epic:{epic} @wip
Feature: {title}
  {story}

  Rule: {rule}

    @id.{id} @readonly
    Scenario: {outcome}
{steps}"""
BUSINESS = """      Given Vera is signed in
      When she calls the protected endpoint
      Then the protected endpoint returns her user name
"""
TECHNICAL = """      Given Vera is signed in
      When she sends GET /api/vod/list
      Then the response is 200
      And the response has
        | path  | value        |
        | vods  | {a list}     |
        | total | {at least 0} |
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument("title", help='the feature\'s title, in quotes: "Recordings get a thumbnail"')
    parser.add_argument("--in", dest="folder", required=True, help=f"the capability: {', '.join(EPICS)}, or a new one")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Write it, and say what to do next."""
    title = " ".join(options.title.split())
    if not re.fullmatch(r"[a-z][a-z_]*", options.folder):
        raise UsageError(f'"{options.folder}" is no folder name: small letters and _, such as {", ".join(EPICS)}.')
    known = sorted(folder.name for folder in FEATURES.iterdir() if folder.is_dir()) if FEATURES.is_dir() else []
    if options.folder not in known and (near := difflib.get_close_matches(options.folder, known, n=1)):
        raise UsageError(f'There is no folder "{options.folder}". Did you mean {near[0]}? Known: {", ".join(known)}.')
    path = FEATURES / options.folder / f"{file_stem(title).replace('-', '_')}.feature"
    if not any(letter.isalpha() for letter in title):
        raise UsageError("The title needs letters: it becomes the file's name.")
    if path.exists():
        raise UsageError(f"There is {path} already: choose another title.")
    id = next_id(_family(options.folder))
    epic = EPICS.get(options.folder, options.folder.capitalize())
    steps = TECHNICAL if FEATURES / options.folder == INTERFACE else BUSINESS
    path.parent.mkdir(parents=True, exist_ok=True)
    told = TEMPLATE.format(epic=epic, title=title, id=id, steps=steps, story=STORY, rule=RULE, outcome=OUTCOME)
    path.write_text(told, encoding="utf-8")
    if options.folder not in known:
        print(f"A new capability: {path.parent}/.")
    print(f"""Wrote {path}. It runs as it is: behave {path}

Next:
  acceptance steps WORD      find sentences; `acceptance values` tells what stands in braces
  acceptance check {path}
  support/catalogue.toml     say there, in one sentence, which behaviour {id} is{_for_family(id)}
Take @wip off when it is done. More: support/WRITING.md""")
    return ExitCode.PASSED


def _family(folder: str) -> str:
    known = {"access": "ACC", "vod": "VOD", "research": "RES", "recovery": "REC", "operations": "OPS"}
    return known.get(folder, "API" if folder == "interface" else folder[:3].upper())


def _for_family(id: str) -> str:
    family = id.partition("-")[0]
    return "" if family in families() else f", and in [families] what {family} is about"


def next_id(family: str) -> str:
    """Return the next free number of a family, in the catalogue and in the features."""
    used = [*behaviours(), *(tag.removeprefix(tags.ID) for tag in _tags())]
    numbers = [int(id.partition("-")[2]) for id in used if id.startswith(f"{family}-")]
    return f"{family}-{max(numbers, default=0) + 1:03}"


def _tags() -> list[str]:
    if not Path(FEATURES).is_dir():
        return []
    return [str(tag) for feature in read_features() for one in feature.walk_scenarios() for tag in one.tags]
