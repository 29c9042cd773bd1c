"""What a run was told: the target with its addresses, credentials and limits, and the options of the command line."""

from __future__ import annotations

import difflib
import os
import ssl
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, SecretStr, ValidationError

from support.exits import UsageError
from support.parts import FAILURES, PARTS
from support.personas import PERSONAS, Account

TARGETS = Path(__file__).parent / "targets"
EMBEDDED = "embedded"
Found = TypeVar("Found")


class Capability(StrEnum):
    """What a target lets the tests do or look at. A scenario asks for one with the tag `@needs.NAME`."""

    DATABASE = "database"
    REDIS = "redis"
    STORAGE = "storage"
    WRITES = "writes"
    FAULTS = "faults"
    PARTNERS = "partners"
    BROWSER = "browser"
    SIGNING_KEY = "signing_key"


NO_WRITES = "the target does not grant `writes`, or the scenario is tagged @readonly"
"""Why a driver refuses what would write."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Api(_Section):
    """Where the platform answers.

    `ca_file`, beside the target file, holds the certificates of the authorities that are believed there, and no others.
    """

    url: str
    ca_file: Path | None = None


class Store(_Section):
    """The address of a store; it may hold a password, so a file names an environment variable instead."""

    url: SecretStr | None = None
    url_env: str | None = None


class Storage(_Section):
    """The media storage as a folder that both the platform and the tests see."""

    root: Path


class PersonaAccount(_Section):
    """The environment variables that hold a persona's name and password at this target."""

    username_env: str
    password_env: str


class FaultCommands(_Section):
    """Shell commands that break a part of a live deployment in one way, and mend it."""

    break_: str = Field(alias="break")
    mend: str


class Limits(_Section):
    """How patient the tests are with this target, in seconds."""

    connect: PositiveFloat = 3.0
    answer: PositiveFloat = 10.0
    job: PositiveFloat = 30.0


class Target(_Section):
    """One deployment the features can run against.

    `environment_file`, beside the target file, holds variables (NAME=value) that are not set otherwise.
    """

    name: str
    api: Api | None = None
    database: Store | None = None
    redis: Store | None = None
    storage: Storage | None = None
    personas: dict[str, PersonaAccount] = Field(default_factory=dict)
    faults: dict[str, dict[str, FaultCommands]] = Field(default_factory=dict)
    capabilities: frozenset[Capability] = frozenset()
    limits: Limits = Limits()
    environment_file: Path | None = None

    @property
    def embedded(self) -> bool:
        """Whether the run starts the platform itself."""
        return self.name == EMBEDDED

    @property
    def trusted(self) -> str | bool:
        """Who is believed to know the platform: a file with certificates, or whom everybody believes (True)."""
        return str(self.api.ca_file) if self.api and self.api.ca_file else True


def load_target(name: str) -> Target:
    """Read `support/targets/NAME.toml`, or the file itself where a path to a .toml file is given.

    Raises UsageError: an unknown name says which was probably meant, a wrong file which entry is wrong.
    """
    path = Path(name) if name.endswith(".toml") else TARGETS / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(_unknown_target(name)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The target file {path} cannot be read: {error}") from error
    try:
        target = Target.model_validate({**content, "name": path.stem})
    except ValidationError as error:
        raise UsageError(f"The target file {path} is wrong: {_sentences(error)}") from error
    if target.api and target.api.ca_file:
        api = target.api.model_copy(update={"ca_file": _certificates(path.parent / target.api.ca_file)})
        target = target.model_copy(update={"api": api})
    _refuse_contradictions(target, path)
    if target.environment_file is not None:
        _take_environment(path.parent / target.environment_file)
    return target


def _certificates(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError as error:  # an SSLError is one too
        raise UsageError(
            f"The file {path}, which the target file names as its ca_file, cannot be used: {error.strerror or error}. "
            "It should hold certificates in PEM form."
        ) from error
    return path.resolve()


def _take_environment(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"The file {path}, which the target file names as its environment, is not there.")
    for name, value in dotenv_values(path).items():
        os.environ.setdefault(name, value or "")


def _unknown_target(name: str) -> str:
    known = sorted(path.stem for path in TARGETS.glob("*.toml"))
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    if f"{name}.example" in known:
        hint = f" Copy support/{TARGETS.name}/{name}.example.toml to {name}.toml there and put your addresses in."
    return f"There is no target {name!r}.{hint} Known: {', '.join(known)}; a path to a .toml file works as well."


def _sentences(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, issue['loc']))}: {issue['msg']}" for issue in error.errors())


def _refuse_contradictions(target: Target, path: Path) -> None:
    strangers = sorted(set(target.personas) - set(PERSONAS))
    if strangers:
        raise UsageError(f"The target file {path} names unknown personas {strangers}. Known: {', '.join(PERSONAS)}.")
    if Capability.BROWSER in target.capabilities:
        raise UsageError(f"The target file {path} grants browser, which only this machine can have: take it out.")
    if target.embedded:
        return
    ours = sorted(target.capabilities & {Capability.PARTNERS, Capability.SIGNING_KEY})
    if ours:
        raise UsageError(
            f"The target file {path} grants {', '.join(ours)}, which only the embedded target can: "
            f"take {'it' if len(ours) == 1 else 'them'} out."
        )
    if (Capability.FAULTS in target.capabilities) != bool(target.faults):
        raise UsageError(
            f"The target file {path} must grant faults and tell how to break and mend parts, [faults.PART.KIND] with "
            "`break` and `mend`, or do neither."
        )
    _refuse_unknown_faults(target, path)
    if target.api is None:
        raise UsageError(f"The target file {path} lacks the address of the API: add `[api]` with `url`.")
    for capability, section in (
        (Capability.DATABASE, target.database),
        (Capability.REDIS, target.redis),
        (Capability.STORAGE, target.storage),
    ):
        if capability in target.capabilities and section is None:
            raise UsageError(f"The target file {path} grants '{capability}' but has no section [{capability}].")


def _refuse_unknown_faults(target: Target, path: Path) -> None:
    for part, kinds in target.faults.items():
        for known, words, what in ((PARTS, [part], "a part"), (FAILURES, kinds, "a way to fail")):
            for word in words:
                if word not in known:
                    raise UsageError(
                        f"The target file {path} tells how to break {word!r}, which is not {what} that features know. "
                        f"Known: {', '.join(known)}."
                    )


def from_environment(variable: str, why: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return a variable's value; raises UsageError naming variable and purpose where it is missing or empty."""
    value = environment.get(variable, "")
    if not value:
        raise UsageError(f"The environment variable {variable} is not set; it holds {why}.")
    return value


def require_section(target: Target, section: Found | None, name: str) -> Found:
    """Return a section of the target file; raises UsageError where the file has none."""
    if section is None:
        raise UsageError(f"The target {target.name!r} has no section [{name}]: add it to its file.")
    return section


def store_url(store: Store, why: str) -> str:
    """Return the address of a store, from the file or from the variable that the file names."""
    if store.url is not None:
        return store.url.get_secret_value()
    if store.url_env is not None:
        return from_environment(store.url_env, why)
    raise UsageError(f"The target needs {why}: give `url_env` (or `url`, where it holds no password).")


def accounts_of(target: Target) -> dict[str, Account]:
    """Return the account of each persona that the target file names, by persona name."""
    return {
        name: Account(
            username=from_environment(source.username_env, f"the user name of {name} at {target.name}"),
            password=from_environment(source.password_env, f"the password of {name} at {target.name}"),
        )
        for name, source in target.personas.items()
    }
