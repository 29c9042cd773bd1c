"""`acceptance`: what goes with `behave`. Exit codes: see support/exits.py."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from support.evidence.report import ReportError, build
from support.exits import ExitCode, RunStopped
from support.personas import PERSONAS
from support.run import Run
from support.settings import EMBEDDED, load_target

REPORTS = Path("reports")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.work(options))
    except RunStopped as stop:
        print(stop, file=sys.stderr)
        return stop.exit_code
    except ReportError as error:
        print(error, file=sys.stderr)
        return ExitCode.REPORT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="acceptance", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start the embedded platform to explore it by hand; Ctrl-C ends it")
    up.set_defaults(work=_up)
    report = commands.add_parser("report", help="build one HTML page from the results of the last run")
    report.add_argument("--results", type=Path, default=REPORTS / "allure-results", help="default: %(default)s")
    report.add_argument("--output", type=Path, default=REPORTS / "report.html", help="default: %(default)s")
    report.set_defaults(work=_report)
    return parser


def _report(options: argparse.Namespace) -> int:
    page = build(options.results, options.output)
    print(f"Report: {page.resolve()}")
    return ExitCode.PASSED


def _up(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="acceptance-logs-") as logs:
        run = Run(load_target(EMBEDDED), Path(logs))
        try:
            run.deployment.begin()
            print(run.deployment.finish())
            print(_directions(run, Path(logs)), flush=True)
            while True:
                signal.pause()
        except KeyboardInterrupt:
            print("Stopping.")
        finally:
            run.close()
    return ExitCode.PASSED


def _directions(run: Run, logs: Path) -> str:
    deployment = run.deployment
    accounts = "\n".join(
        f"  {account.username:<6} {account.password}   {PERSONAS[name].meaning}"
        for name, account in deployment.accounts.items()
    )
    return f"""
API        {deployment.api_url}          described at {deployment.api_url}/openapi.json
Database   {deployment.database_url}
Redis      {deployment.redis_url}
Media      {deployment.media_root}
Logs       {logs}

Accounts (user name, password, role)
{accounts}

Sign in:   curl -s {deployment.api_url}/api/auth/login --json '{{"username": "dana", "password": "..."}}'
Ctrl-C ends it all."""


if __name__ == "__main__":
    sys.exit(main())
