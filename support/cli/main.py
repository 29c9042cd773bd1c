"""Tools for writing and running acceptance tests. Exit codes: see support/errors.py."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from support.errors import ExitCode, RunStopped, UsageError, suggest
from support.startup import without_garbage_collection

PROJECT = Path(__file__).parents[2]
COMMANDS = {
    "up": "start the embedded platform",
    "report": "build the HTML report",
    "notify": "post the summary to a chat webhook",
    "new": "create a feature file",
    "steps": "list step texts with examples",
    "operations": "list operations of the API",
    "check": "check feature files",
    "format": "format feature files",
    "durations": "update recorded durations",
    "doctor": "check a target and list missing capabilities",
    "sweep": "delete leftovers of killed runs",
}
"""Each has a module in support/cli/ with `add_to` and `work`; only the requested one is loaded."""

LISTS = {
    "values": "list placeholders",
    "parameters": "list parameter types",
    "tags": "list tags",
}
"""What `acceptance steps` lists besides step texts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if sys.stdout is None:  # started with a closed output
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    if given[:1] and given[0] in LISTS:
        given.insert(0, "steps")
    parser = argparse.ArgumentParser(prog="acceptance", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, meaning in (COMMANDS | LISTS).items():
        command = commands.add_parser(name, help=meaning, description=meaning[0].upper() + meaning[1:] + ".")
        if name in given[:1]:
            with without_garbage_collection():
                module = importlib.import_module(f"support.cli.{name}")
            module.add_to(command)
    if given[:1] and not given[0].startswith("-") and given[0] not in COMMANDS | LISTS:
        parser.error(f'unknown command "{given[0]}".{suggest(given[0], (*COMMANDS, *LISTS))}')
    options = parser.parse_args(given)
    try:
        _require_project_folder()
        code = int(options.work(options))
        sys.stdout.flush()  # a full disk or a closed output is reported here, not at exit
        return code
    except RunStopped as stop:
        print(stop, file=sys.stderr)
        return stop.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # of `| head`
        _discard_output()
        return ExitCode.PASSED
    except OSError as error:
        _discard_output()
        where = f"{error.filename}: " if error.filename else "The output cannot be written: "
        print(f"{where}{error.strerror or error}.", file=sys.stderr)
        return ExitCode.ENVIRONMENT


def _discard_output() -> None:
    """Send what is still buffered to nowhere; Python would fail again when it exits."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _require_project_folder() -> None:
    """Raise UsageError outside the project's folder, to which all paths of the commands are relative."""
    here = Path.cwd()
    near = next((place for place in (here, *here.parents, PROJECT) if _is_project(place)), None)
    if near != here:
        hint = f": cd {shlex.quote(str(near))}" if near else ""
        raise UsageError(f"Start acceptance in the folder of pyproject.toml{hint}")


def _is_project(place: Path) -> bool:
    return all((place / part).exists() for part in ("pyproject.toml", "features", "steps"))


if __name__ == "__main__":
    sys.exit(main())
