"""`acceptance new`: create a feature file that runs without changes."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from support.capabilities.registry import CAPABILITIES
from support.cli.operations import Field, Operation, load_operations, operation_named
from support.errors import ExitCode, UsageError, suggest
from support.gherkin import tags
from support.gherkin.behaviours import behaviours, families
from support.gherkin.format import format_feature
from support.gherkin.lint import EPICS, INTERFACE, OUTCOME, RULE, STORY, epic_of
from support.gherkin.steps import FEATURES, read_features
from support.targets.capabilities import Capability
from support.targets.settings import EMBEDDED
from support.testdata.media import file_stem

TESTER = "Dana"
TEMPLATE = """@allure.label.epic:{epic} @wip
Feature: {title}
  {story}

  Rule: {rule}

    @id.{id} @{access}
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
    parser.add_argument("--operation", metavar="'METHOD PATH'", help="start from an operation of the API")
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
    access = tags.READONLY
    steps = TECHNICAL if FEATURES / options.folder == INTERFACE else BUSINESS
    if options.operation:
        if FEATURES / options.folder != INTERFACE:
            raise UsageError(f"--operation writes technical steps, which belong to {INTERFACE}/. Use --in interface.")
        operation = operation_named(options.operation, load_operations(EMBEDDED))
        steps = operation_steps(operation)
        access = tags.READONLY if operation.method in ("GET", "HEAD", "OPTIONS") else tags.NEEDS + Capability.WRITES
    text = format_feature(
        TEMPLATE.format(
            epic=epic, title=title, id=id, access=access, steps=steps, story=STORY, rule=RULE, outcome=OUTCOME
        )
    )
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


def operation_steps(operation: Operation) -> str:
    """Return steps that call an operation, with a row for each field of its body and query.

    Path parameters without a resource become a random id, so the first outcome to expect is 404.
    """
    path = re.sub(r"\{\w+\}", "{a uuid}", operation.path)
    rows = [field for field in operation.fields if field.place in ("body", "query")]
    lines = [f"Given {TESTER} is signed in", f"When she sends {operation.method} {path}" + (" with" if rows else "")]
    if rows:
        table = [("field", "value"), *((field.name, _example(field)) for field in rows)]
        lines += [f"  | {name} | {value} |" for name, value in table]
    lines.append(f"Then the response is {404 if path != operation.path else operation.success}")
    return "".join(f"      {line}\n" for line in lines)


def _example(field: Field) -> str:
    first = field.type.split(" or ")[0].split(",")[0]
    known = {"text": "{a unique title}", "uuid": "{a uuid}", "integer": "1", "number": "1.5", "boolean": "true"}
    return known.get(first, first.split(" | ")[0] if " | " in first else "null")


def _family(folder: str) -> str:
    known = {capability.name: capability.behaviours for capability in CAPABILITIES}
    return known.get(folder, folder[:3].upper())


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
