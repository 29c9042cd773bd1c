"""Preparation of a start: migrate the database and create the accounts."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import NullPool, create_engine

from support.reference.access.routes import NewUser
from support.reference.access.service import create_user, has_account
from support.reference.database import wait_for_database
from support.reference.migrations import UnknownRevision, migrate
from support.reference.services import Services
from support.reference.settings import Settings, SettingsError

_EXIT_DATABASE = 3
_DATABASE_TIMEOUT_SECONDS = 30.0


class StartupError(Exception):
    """The platform cannot start; with the reason and the exit code."""

    def __init__(self, reason: str, code: int) -> None:
        self.reason = reason
        self.code = code
        super().__init__(reason)


def prepare_database(settings: Settings, target: str = "up") -> None:
    """Wait for the database and migrate it.

    Raises StartupError, and SettingsError for an unknown target.
    """
    url = settings.database_url.get_secret_value()
    if not wait_for_database(url, limit_seconds=_DATABASE_TIMEOUT_SECONDS):
        limit = f"{_DATABASE_TIMEOUT_SECONDS:.0f} s"
        reason = f"The database did not accept a connection within {limit}: see PLATFORM_DATABASE_URL."
        raise StartupError(reason, _EXIT_DATABASE)
    try:
        migrate(create_engine(url, poolclass=NullPool), target)
    except UnknownRevision:
        raise SettingsError(f"unknown migration {target!r}: use up, down, or the name of a revision.") from None


def read_accounts(path: Path | None) -> list[NewUser]:
    """Return the accounts to create. Raises SettingsError if the file is not a list of accounts."""
    if path is None:
        return []
    try:
        return TypeAdapter(list[NewUser]).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise SettingsError(
            "PLATFORM_ACCOUNTS_FILE must name a readable JSON file: a list of username, email, password and role."
        ) from None


def create_accounts(settings: Settings, accounts: list[NewUser]) -> None:
    """Create the accounts whose name and address do not exist."""
    services = Services.from_settings(settings, pool_size=1)
    for account in accounts:
        if not has_account(services, username=account.username, email=account.email):
            create_user(services, **account.model_dump())
    services.database.dispose()  # the processes are forked later, and connections do not survive that
