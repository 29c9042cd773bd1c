"""The schema of the database, step by step. Only the supervisor imports this: Alembic is slow to load."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine


class UnknownRevision(Exception):
    """There is no such migration."""


def migrate(engine: Engine, target: str) -> None:
    """Bring the schema to ``up`` (the newest), ``down`` (nothing) or a revision, in one transaction.

    Raises UnknownRevision.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            _move(config, target)
        except CommandError as error:
            raise UnknownRevision(str(error)) from error


def _move(config: Config, target: str) -> None:
    match target:
        case "up":
            command.upgrade(config, "head")
        case "down":
            command.downgrade(config, "base")
        case _:
            command.upgrade(config, target)
