"""What a run is told of its target: addresses, credentials, what it grants, and how patient to be with it."""

from __future__ import annotations

import difflib
import os
import ssl
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from support.errors import UsageError
from support.faults.components import COMPONENTS, FAILURE_MODES
from support.gherkin.personas import PERMANENT, Account
from support.targets.capabilities import Capability
from support.targets.toml_errors import problems, unknown

TARGETS = Path(__file__).parent

EMBEDDED = "embedded"

UP = "up"
"""The target that `acceptance up` describes as long as it runs."""

Found = TypeVar("Found")


ADDRESSES = {
    Capability.DATABASE: (
        ("postgresql", "postgres", "postgresql+psycopg"),
        "postgresql://name:password@db.example.org/platform",
    ),
    Capability.REDIS: (("redis", "rediss", "unix"), "rediss://:password@redis.example.org/0"),
}
"""How the address of a store begins, and an example of one."""

NO_WRITES = "the target does not grant `writes`, or the scenario is tagged @readonly"
"""Why a driver refuses what would write."""

Seconds = Annotated[
    float, Field(gt=0, allow_inf_nan=False, strict=True, description="a number of seconds above 0, such as 10.0")
]


def _variable(what: str) -> Any:
    """Return a field for the name of an environment variable; what is no name may be the secret itself."""
    message = f"the name of the environment variable that holds {what}"
    return Field(pattern=r"^[A-Za-z_]\w*$", description=message, repr=False)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Api(_Section):
    """Where the platform answers.

    `ca_file`, beside the target file, holds the certificates of the authorities that are believed there, and no others.
    """

    url: str = Field(
        pattern=r"^https?://[^/]", description='the address of the platform, such as "https://staging.example.org"'
    )
    ca_file: Path | None = Field(default=None, description="the name of a file with certificates, beside this one")
    headers_env: dict[str, Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]] = Field(
        default_factory=dict,
        description='headers for a gateway, each with an environment variable: { "X-Api-Key" = "GATEWAY_KEY" }',
        repr=False,
    )

    @model_validator(mode="after")
    def _has_no_credentials(self) -> Api:
        if "@" in urlsplit(self.url).netloc:
            raise ValueError(
                "url must not contain a user name or password; send the credentials of a gateway as a header: "
                '[api] headers_env = { "X-Gateway-Authorization" = "NAME_OF_A_VARIABLE" }'
            )
        if any(name.lower() in ("authorization", "cookie") for name in self.headers_env):
            raise ValueError("headers_env must not set Authorization or Cookie: the platform's own tokens use them")
        return self


class Store(_Section):
    """The address of a store; it may hold a password, so a file names an environment variable instead."""

    url: SecretStr | None = Field(default=None, description="the address, where it holds no password", repr=False)
    url_env: Annotated[str | None, _variable("the address")] = None

    @model_validator(mode="after")
    def _has_one_address(self) -> Store:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("should hold either url_env, the name of an environment variable, or url")
        return self


class Storage(_Section):
    """The media storage as a folder that both the platform and the tests see."""

    root: Path = Field(description="the folder of the media as this machine sees it")


class PersonaAccount(_Section):
    """The environment variables that hold a persona's name and password at this target."""

    username_env: Annotated[str, _variable("the user name")]
    password_env: Annotated[str, _variable("the password")]


class FaultCommands(_Section):
    """Shell commands that inject and restore one fault of a live deployment."""

    inject: str = Field(description="the command that injects the fault")
    restore: str = Field(description="the command that restores the component")


class Limits(_Section):
    """How patient the tests are with this target, in seconds."""

    connect: Seconds = 3.0
    response: Seconds = 10.0
    job: Seconds = 30.0


class Target(_Section):
    """One deployment the features can run against.

    `environment_file`, beside the target file, holds variables (NAME=value) that are not set otherwise.
    """

    name: str = Field(exclude=True)  # the file's own
    api: Api | None = None
    database: Store | None = None
    redis: Store | None = None
    storage: Storage | None = None
    personas: dict[str, PersonaAccount] = Field(default_factory=dict, description="sections [personas.NAME]")
    faults: dict[str, dict[str, FaultCommands]] = Field(default_factory=dict, description="sections [faults.PART.KIND]")
    capabilities: frozenset[Capability] = Field(
        default=frozenset(), description='a list such as ["database", "writes"]'
    )
    limits: Limits = Limits()
    product: str = Field(default="", description="the name of the product, for the report")
    expect_at_least: int = Field(
        default=0, ge=0, strict=True, description="how many scenarios must run here for a verdict, such as 450"
    )
    links: dict[str, str] = Field(default_factory=dict, description="URL patterns for tickets, by link type")
    environment_file: Path | None = Field(
        default=None, description="the name of a file with variables, beside this one"
    )

    @property
    def embedded(self) -> bool:
        """Whether the run starts the platform itself."""
        return self.name == EMBEDDED

    @property
    def gateway_headers(self) -> dict[str, str]:
        """The headers of every request, with their values from environment variables."""
        names = self.api.headers_env if self.api else {}
        return {header: os.environ[variable] for header, variable in names.items() if variable in os.environ}

    @property
    def trusted(self) -> str | bool:
        """Who is believed to know the platform: a file with certificates, or whom everybody believes (True)."""
        return str(self.api.ca_file) if self.api and self.api.ca_file else True


def load_target(name: str) -> Target:
    """Read `support/targets/NAME.toml`, or the file itself where a path to a .toml file is given.

    Raises UsageError: an unknown name says which was probably meant, a wrong file which entries are wrong.
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
        wrong = list(_contradictions(target))
    except ValidationError as error:
        wrong = list(problems(error, Target))
    if wrong:
        raise UsageError(f"The target file {path} is wrong: {'; '.join(wrong)}.")
    if target.api and target.api.ca_file:
        api = target.api.model_copy(update={"ca_file": _certificates(path.parent / target.api.ca_file)})
        target = target.model_copy(update={"api": api})
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
    if name == UP:
        return f"No platform is up as the target {name!r}: start one first, in another shell: acceptance up"
    known = sorted(path.stem for path in TARGETS.glob("*.toml"))
    examples = [stem.removesuffix(".example") for stem in known if stem.endswith(".example")]
    [meant] = difflib.get_close_matches(name.removesuffix(".toml"), [*known, *examples], n=1) or [""]
    hint = f" Did you mean {meant!r}?" if meant not in ("", name) else ""
    if meant in examples and meant not in known:
        hint += f" Copy support/{TARGETS.name}/{meant}.example.toml to {meant}.toml there and put your addresses in."
    return f"There is no target {name!r}.{hint} Known: {', '.join(known)}; a path to a .toml file works as well."


def _contradictions(target: Target) -> Iterator[str]:
    """Yield what does not go together, or names what features do not know."""
    people = {name: f"[personas.{name}]" for name in PERMANENT}
    for name in sorted(target.personas.keys() - people.keys()):
        yield unknown(f"[personas.{name}]", name, people)
    for part, kinds in target.faults.items():
        if part not in COMPONENTS:
            yield unknown(f"[faults.{part}]", part, {one: f"[faults.{one}]" for one in COMPONENTS})
        for kind in sorted(kinds.keys() - set(FAILURE_MODES)):
            yield unknown(f"[faults.{part}.{kind}]", kind, {one: one for one in FAILURE_MODES})
    if Capability.BROWSER in target.capabilities:
        yield 'capabilities: "browser" is only this machine\'s to have: take it out'
    if target.embedded:
        return
    for capability in sorted(target.capabilities & {Capability.PARTNERS, Capability.SIGNING_KEY}):
        yield f'capabilities: "{capability}" is only the embedded target\'s to grant: take it out'
    if target.faults and Capability.FAULTS not in target.capabilities:
        yield '[faults] tells how to break parts, which capabilities do not grant: add "faults" there'
    if target.api is None:
        yield f"[api] is missing: add it, with url, {Api.model_fields['url'].description}"
    for capability, section in (
        (Capability.DATABASE, target.database),
        (Capability.REDIS, target.redis),
        (Capability.STORAGE, target.storage),
        (Capability.FAULTS, target.faults),
    ):
        if capability in target.capabilities and not section:
            yield f'capabilities: "{capability}" is granted, but there is no section [{capability}]'


def require_section(target: Target, section: Found | None, name: str) -> Found:
    """Return a section of the target file; raises UsageError where the file has none."""
    if section is None:
        raise UsageError(f"The target {target.name!r} has no section [{name}]: add it to its file.")
    return section


# What stands in environment variables


def describe_unset(variables: Iterable[str]) -> str:
    """Return that environment variables are not set, or are empty; an empty text where all of them hold something."""
    unset = [name for name in dict.fromkeys(variables) if not os.environ.get(name)]
    if len(unset) < 2:
        return f"the environment variable {unset[0]} is not set" if unset else ""
    return f"the environment variables {', '.join(unset[:-1])} and {unset[-1]} are not set"


def refuse_unset(target: Target) -> None:
    """Raise UsageError with every variable of a target file that is not set: all that its capabilities need."""
    variables = [one for account in target.personas.values() for one in (account.username_env, account.password_env)]
    for capability, store in ((Capability.DATABASE, target.database), (Capability.REDIS, target.redis)):
        if store and store.url_env and capability in target.capabilities:
            variables.append(store.url_env)
    variables += target.api.headers_env.values() if target.api else ()
    if message := describe_unset(variables):
        raise UsageError(f"The target {target.name!r} cannot be used: {message}.")


def accounts_of(target: Target) -> dict[str, Account]:
    """Return the account of each persona that the target file names, by persona name. KeyError: see `refuse_unset`."""
    return {
        name: Account(os.environ[source.username_env], os.environ[source.password_env])
        for name, source in target.personas.items()
    }


def store_url(target: Target, capability: Capability) -> str:
    """Return the address of the database or of Redis, which the file holds, or a variable. Raises UsageError."""
    store = require_section(target, target.database if capability is Capability.DATABASE else target.redis, capability)
    if store.url_env and (message := describe_unset([store.url_env])):
        raise UsageError(f"The target {target.name!r} has no address of its {capability}: {message}.")
    url = os.environ[store.url_env] if store.url_env else store.url.get_secret_value() if store.url else ""
    schemes, example = ADDRESSES[capability]
    try:
        address = urlsplit(url)
        understood = address.scheme in schemes and address.port != 0
    except ValueError:  # of a port that is no number
        understood = False
    if not understood:
        where = f"the environment variable {store.url_env}" if store.url_env else f"[{capability}] url"
        raise UsageError(
            f"The target {target.name!r} has no address of its {capability}: {where} should hold one such as "
            f"{example}, with marks in its password written as in %40 for @."
        )
    return url
