"""The schema of the database, step by step. Only what prepares the platform imports this: Alembic is slow to load."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine


class UnknownRevision(Exception):
    """There is no such migration."""


def migrate(engine: Engine, target: str) -> None:
    """Bring the schema to ``up`` (the newest), ``down`` (nothing) or a revision, in one transaction.

    A revision that the schema is beyond takes it back there. Raises UnknownRevision.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            _move(config, target, MigrationContext.configure(connection).get_current_revision())
        except CommandError as error:
            raise UnknownRevision(str(error)) from error


def _move(config: Config, target: str, current: str | None) -> None:
    match target:
        case "up":
            command.upgrade(config, "head")
        case "down":
            command.downgrade(config, "base")
        case _:
            steps = ScriptDirectory.from_config(config)
            wanted = steps.get_revision(target).revision
            passed = {step.revision for step in steps.iterate_revisions(current, "base")}
            move = command.downgrade if wanted in passed else command.upgrade
            move(config, wanted)
