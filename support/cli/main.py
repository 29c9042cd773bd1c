"""`acceptance`: what goes with `behave`. Exit codes: see support/errors.py."""

from __future__ import annotations

import argparse
import importlib
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from support.errors import ExitCode, RunStopped, UsageError
from support.startup import without_garbage_collection

PROJECT = Path(__file__).parents[2]
COMMANDS = {
    "up": "start the embedded platform, to explore it by hand and as a target for other shells; Ctrl-C ends it",
    "report": "build the HTML report",
    "notify": "post the summary to a chat webhook",
    "new": "write a first feature in our style",
    "steps": "list the sentences that features can use, with examples; a word narrows them down",
    "check": "look through the features without running them",
    "format": "lay features out as we do: indentation, tables, blank lines",
    "durations": "note how long the features take, as measured by the last runs here, to balance shards by",
    "doctor": "tell whether a target can be tested, and what it lacks",
    "sweep": "list what killed runs left at a target, and delete it",
}
"""Each has a module in support/cli/, with `add_to` and `work`; only the one that is asked for is loaded."""

LISTS = {
    "values": "list what can stand in braces in a cell, such as {a unique title}",
    "words": "list what the parameters of sentences take",
    "tags": "list the tags that there are",
}
"""What `acceptance steps` lists besides sentences."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] and given[0] in LISTS:
        given.insert(0, "steps")
    parser = argparse.ArgumentParser(prog="acceptance", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, meaning in (COMMANDS | LISTS).items():
        command = commands.add_parser(name, help=meaning, description=meaning.capitalize() + ".")
        if name in given[:1]:
            with without_garbage_collection():
                module = importlib.import_module(f"support.cli.{name}")
            module.add_to(command)
    options = parser.parse_args(given)
    try:
        _refuse_elsewhere()
        return int(options.work(options))
    except RunStopped as stop:
        print(stop, file=sys.stderr)
        return stop.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # of `| head`
        sys.stderr.close()
        return ExitCode.PASSED


def _refuse_elsewhere() -> None:
    """Raise UsageError outside the project's folder: what the commands look for beside them would not be found."""
    here = Path.cwd()
    near = next((place for place in (here, *here.parents, PROJECT) if _is_project(place)), None)
    if near != here:
        hint = f": cd {shlex.quote(str(near))}" if near else ""
        raise UsageError(
            f"Nothing was done. Start acceptance in the project's folder, where features and steps are{hint}"
        )


def _is_project(place: Path) -> bool:
    return all((place / part).exists() for part in ("pyproject.toml", "features", "steps"))


if __name__ == "__main__":
    sys.exit(main())
