"""`acceptance new`: create a feature file that runs without changes."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from support.errors import ExitCode, UsageError, suggest
from support.gherkin import tags
from support.gherkin.behaviours import behaviours, families
from support.gherkin.lint import EPICS, INTERFACE, OUTCOME, RULE, STORY, epic_of
from support.gherkin.steps import FEATURES, read_features
from support.testdata.media import file_stem

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
    """Add the arguments of the command."""
    parser.add_argument("title", help='title in quotes: "Recordings get a thumbnail"')
    parser.add_argument("--in", dest="folder", required=True, help=f"capability: {', '.join(EPICS)}")
    parser.add_argument("--new-capability", action="store_true", help="create a folder for a new capability")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Write the file and print the next commands."""
    title = " ".join(options.title.split())
    if not re.fullmatch(r"[a-z][a-z_]*", options.folder):
        raise UsageError(
            f'invalid folder name "{options.folder}". Expected small letters and _, such as {", ".join(EPICS)}.'
        )
    known = sorted(folder.name for folder in FEATURES.iterdir() if folder.is_dir()) if FEATURES.is_dir() else []
    if options.folder not in known and not options.new_capability:
        raise UsageError(
            f'unknown capability "{options.folder}".{suggest(options.folder, known)}. '
            "For a new one add --new-capability."
        )
    path = FEATURES / options.folder / f"{file_stem(title).replace('-', '_')}.feature"
    if not any(letter.isalpha() for letter in title):
        raise UsageError("The title contains no letters, but becomes the file name.")
    if path.exists():
        raise UsageError(f"{path} already exists. Choose another title.")
    id = next_id(_family(options.folder))
    epic = epic_of(options.folder)
    steps = TECHNICAL if FEATURES / options.folder == INTERFACE else BUSINESS
    text = TEMPLATE.format(epic=epic, title=title, id=id, steps=steps, story=STORY, rule=RULE, outcome=OUTCOME)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    if options.folder not in known:
        print(f"New capability: {path.parent}/.")
    print(f"""Created {path}. Run it: behave {path}

Next:
  acceptance steps WORD      find step texts; `acceptance values` lists placeholders
  acceptance check {path}
  support/gherkin/behaviours.toml     describe the behaviour {id}{_for_family(id)}
Remove @wip when it is complete. More: support/docs/WRITING.md""")
    return ExitCode.PASSED


def _family(folder: str) -> str:
    known = {"access": "ACC", "vod": "VOD", "research": "RES", "recovery": "REC", "operations": "OPS"}
    return known.get(folder, "API" if folder == "interface" else folder[:3].upper())


def _for_family(id: str) -> str:
    family = id.partition("-")[0]
    return "" if family in families() else f", and the family {family} in [families]"


def next_id(family: str) -> str:
    """Return the next free id of a family in behaviours.toml and in the features."""
    used = [*behaviours(), *(tag.removeprefix(tags.ID) for tag in _tags())]
    numbers = [int(id.partition("-")[2]) for id in used if id.startswith(f"{family}-")]
    return f"{family}-{max(numbers, default=0) + 1:03}"


def _tags() -> list[str]:
    if not Path(FEATURES).is_dir():
        return []
    return [str(tag) for feature in read_features() for one in feature.walk_scenarios() for tag in one.tags]
