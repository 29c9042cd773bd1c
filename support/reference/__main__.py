"""Run the platform, or migrate its database.

``python -m support.reference [--control]`` runs it, ``... migrate up|down|<revision>`` migrates. Exit codes: 0 stopped
on request, 2 invalid settings or command line, 3 the database did not accept a connection, 4 the port is in use.
"""

from __future__ import annotations

import argparse
import sys

from support.reference.preparation import StartupError, prepare_database
from support.reference.settings import SettingsError, read_settings
from support.reference.supervisor import Supervisor

_EXIT_SETTINGS = 2


def main() -> int:
    """Run the command line and return the exit code."""
    options = _parser().parse_args()
    try:
        settings = read_settings()
        if options.command == "migrate":
            prepare_database(settings, options.target)
        else:
            Supervisor(settings, control=options.control).run()
    except SettingsError as error:
        return _exit_with(str(error), _EXIT_SETTINGS)
    except StartupError as failure:
        return _exit_with(failure.reason, failure.code)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m support.reference", description="The reference platform.")
    parser.add_argument("--control", action="store_true", help="read commands and write events as JSON lines")
    commands = parser.add_subparsers(dest="command")
    migration = commands.add_parser("migrate", help="migrate the database, and exit")
    migration.add_argument("target", help="up (latest), down (empty), or a revision")
    return parser


def _exit_with(reason: str, code: int) -> int:
    sys.stderr.write(f"{reason}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
