"""``python -m support.reference [--control]`` runs the platform; ``... migrate up|down|<revision>`` moves its schema.

Exit codes: 0 stopped as asked, 2 the settings or the command line are not valid, 3 the database did not come, 4 the
port cannot be had.
"""

from __future__ import annotations

import argparse
import sys

from support.reference.preparation import StartupError, prepare_database
from support.reference.settings import SettingsError, read_settings
from support.reference.supervisor import Supervisor

_EXIT_SETTINGS = 2


def main() -> int:
    """Do what the command line says; returns the exit code."""
    options = _parser().parse_args()
    try:
        settings = read_settings()
        if options.command == "migrate":
            prepare_database(settings, options.target)
        else:
            Supervisor(settings, control=options.control).run()
    except SettingsError as error:
        return _refuse(str(error), _EXIT_SETTINGS)
    except StartupError as failure:
        return _refuse(failure.reason, failure.code)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m support.reference", description="The reference platform.")
    parser.add_argument("--control", action="store_true", help="take commands and give events as JSON lines")
    commands = parser.add_subparsers(dest="command")
    migration = commands.add_parser("migrate", help="move the schema of the database, and exit")
    migration.add_argument("target", help="up (the newest), down (nothing), or a revision")
    return parser


def _refuse(reason: str, code: int) -> int:
    sys.stderr.write(f"{reason}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
