"""`acceptance up`: start the embedded platform, as a live target for runs in other shells."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from support.errors import ExitCode, UsageError
from support.gherkin.personas import PERSONAS
from support.scenario.run import Run
from support.targets.capabilities import Capability
from support.targets.settings import EMBEDDED, TARGETS, UP, load_target

HEADER = "# Written by `acceptance up`, and removed when it ends."
"""The first line of both files: files without it belong to the user and are neither replaced nor removed."""
PROVIDED = (Capability.DATABASE, Capability.REDIS, Capability.STORAGE, Capability.WRITES)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "--target",
        default=UP,
        metavar="NAME",
        help="name of the target (%(default)s)",
    )
    parser.add_argument("--read-only", action="store_true", help="allow no writes")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Start the platform, print how to use it, and end it at Ctrl-C."""
    # SIGINT too: processes in the background of a script start with it ignored.
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it to outlive the terminal
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, signal.default_int_handler)
    target = TARGETS / f"{options.target}.toml"
    _clear(target)
    run = Run(load_target(EMBEDDED))
    try:
        run.start()
        print(run.deployment.finish())
        with _target_files(run, target, read_only=options.read_only):
            print(_directions(run, options.target), flush=True)
            while True:
                signal.pause()
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal may be closed
            print("Stopping.", file=sys.stderr)
    finally:
        run.close()
    return ExitCode.PASSED


def _clear(target: Path) -> None:
    """Delete what a killed `acceptance up` left under this name. Raises UsageError for any other file."""
    left = [path for path in (target, target.with_suffix(".env")) if path.exists()]
    for path in left:
        if not path.is_file() or path.read_bytes().splitlines()[:1] != [HEADER.encode()]:
            raise _taken(path)
    if target in left and _is_running(target):
        raise UsageError(
            f"The target {target.stem!r} ({target}) already exists and its platform is running. "
            "Choose another name with --target."
        )
    for path in left:
        path.unlink(missing_ok=True)


def _taken(path: Path) -> UsageError:
    return UsageError(
        f"{path} already exists and was not written by `acceptance up`. Choose another name with --target, "
        "or delete the file."
    )


@contextlib.contextmanager
def _target_files(run: Run, target: Path, *, read_only: bool) -> Iterator[None]:
    """Write the target files, readable by this user only; the one with the secrets comes first."""
    secrets = target.with_suffix(".env")
    with _written(secrets, _environment(run)), _written(target, _described(run, secrets.name, read_only=read_only)):
        yield


@contextlib.contextmanager
def _written(path: Path, lines: Sequence[str]) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # created while the platform was starting
        raise _taken(path) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join([HEADER, *lines, ""]))
        yield
    finally:
        path.unlink(missing_ok=True)


def _environment(run: Run) -> Sequence[str]:
    deployment = run.deployment
    accounts = {persona.upper(): account for persona, account in deployment.accounts.items()}
    lines = [f"UP_DATABASE_URL='{deployment.database_url}'", f"UP_REDIS_URL='{deployment.redis_url}'"]
    lines += [f"UP_{name}_USERNAME='{account.username}'" for name, account in accounts.items()]
    return [*lines, *(f"UP_{name}_PASSWORD='{account.password}'" for name, account in accounts.items())]


def _is_running(target: Path) -> bool:
    """Return whether the platform of a target file runs; a killed one leaves only its file."""
    try:
        address = urlsplit(tomllib.loads(target.read_text(encoding="utf-8"))["api"]["url"])
        with socket.create_connection((address.hostname, address.port), timeout=2.0):
            return True
    except (ConnectionError, ValueError, KeyError):
        return False  # the platform ended, or the file is incomplete
    except OSError:
        return True  # the platform may be slow


def _described(run: Run, environment: str, *, read_only: bool) -> Sequence[str]:
    provided = [capability for capability in PROVIDED if not (read_only and capability is Capability.WRITES)]
    personas = "\n".join(
        f'[personas.{name}]\nusername_env = "UP_{name.upper()}_USERNAME"\npassword_env = "UP_{name.upper()}_PASSWORD"\n'
        for name in run.deployment.accounts
    )
    return f"""
capabilities = [{", ".join(f'"{capability}"' for capability in provided)}]
environment_file = "{environment}"

[api]
url = "{run.deployment.api_url}"

[database]
url_env = "UP_DATABASE_URL"

[redis]
url_env = "UP_REDIS_URL"

[storage]
root = "{run.deployment.media_root}"

{personas}""".strip().splitlines()


def _directions(run: Run, target: str) -> str:
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
Logs       {run.embedded.logs if run.embedded else ""}

Accounts (user name, password, role)
{accounts}

Sign in:   curl -s {deployment.api_url}/api/auth/login --json '{{"username": "dana", "password": "..."}}'
Test it:   behave -D target={target}      (in another shell; faults and partners are skipped)
Ctrl-C ends the platform."""
