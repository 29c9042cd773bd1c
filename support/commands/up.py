"""`acceptance up`: the embedded platform for hand and eye, and as a live target for runs in other shells."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from support.exits import ExitCode, UsageError
from support.personas import PERSONAS
from support.run import Run
from support.settings import EMBEDDED, TARGETS, Capability, load_target

GRANTED = (Capability.DATABASE, Capability.REDIS, Capability.STORAGE, Capability.WRITES)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command line takes."""
    parser.add_argument(
        "--target", default="up", metavar="NAME", help="the target's name in other shells (%(default)s)"
    )
    parser.add_argument("--read-only", action="store_true", help="the target grants no writes, as production would")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Start it, tell how to use it, and end it at Ctrl-C."""
    # SIGINT too: whoever is started in the background of a script finds it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="acceptance-logs-") as logs:
        run = Run(load_target(EMBEDDED), Path(logs))
        try:
            run.deployment.begin()
            print(run.deployment.finish())
            with _target_files(run, options.target, read_only=options.read_only):
                print(_directions(run, Path(logs), options.target), flush=True)
                while True:
                    signal.pause()
        except KeyboardInterrupt:
            print("Stopping.", file=sys.stderr)
        finally:
            run.close()
    return ExitCode.PASSED


@contextlib.contextmanager
def _target_files(run: Run, name: str, *, read_only: bool) -> Iterator[None]:
    """Describe the platform as a target; the file with the secrets is for this user's eyes only."""
    target, secrets = TARGETS / f"{name}.toml", TARGETS / f"{name}.env"
    if target.exists() and _answers(target):
        raise UsageError(
            f"There is a target {name!r} already ({target}), and its platform is up: choose another name with --target."
        )
    deployment = run.deployment
    accounts = {persona.upper(): account for persona, account in deployment.accounts.items()}
    lines = [f"UP_DATABASE_URL='{deployment.database_url}'", f"UP_REDIS_URL='{deployment.redis_url}'"]
    lines += [f"UP_{name}_USERNAME='{account.username}'" for name, account in accounts.items()]
    lines += [f"UP_{name}_PASSWORD='{account.password}'" for name, account in accounts.items()]
    try:
        descriptor = os.open(secrets, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        target.write_text(_described(run, secrets.name, read_only=read_only), encoding="utf-8")
        yield
    finally:
        target.unlink(missing_ok=True)
        secrets.unlink(missing_ok=True)


def _answers(target: Path) -> bool:
    """Whether the platform that a target file describes is there; one that was killed leaves only its file."""
    try:
        address = urlsplit(tomllib.loads(target.read_text(encoding="utf-8"))["api"]["url"])
        with socket.create_connection((address.hostname, address.port), timeout=2.0):
            return True
    except ConnectionError:
        return False
    except (OSError, ValueError, KeyError):
        return True  # not ours to replace: a file that says something else, or an address that may be slow


def _described(run: Run, environment: str, *, read_only: bool) -> str:
    granted = [capability for capability in GRANTED if not (read_only and capability is Capability.WRITES)]
    people = "\n".join(
        f'[personas.{name}]\nusername_env = "UP_{name.upper()}_USERNAME"\npassword_env = "UP_{name.upper()}_PASSWORD"\n'
        for name in run.deployment.accounts
    )
    return f"""# Written by `acceptance up`, and removed when it ends.
capabilities = [{", ".join(f'"{capability}"' for capability in granted)}]
environment_file = "{environment}"

[api]
url = "{run.deployment.api_url}"

[database]
url_env = "UP_DATABASE_URL"

[redis]
url_env = "UP_REDIS_URL"

[storage]
root = "{run.deployment.media_root}"

{people}"""


def _directions(run: Run, logs: Path, target: str) -> str:
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
Test it:   behave -D target={target}      (in another shell, as often as you like; faults and partners are skipped)
Ctrl-C ends it all."""
