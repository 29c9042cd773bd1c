"""Migrations of the database. Import it only to prepare a start: Alembic is slow to load."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine


class UnknownRevision(Exception):
    """The revision is unknown."""


def migrate(engine: Engine, target: str) -> None:
    """Migrate the database ``up`` (latest), ``down`` (empty) or to a revision.

    It takes one transaction. An earlier revision than the current one is a downgrade. Raises UnknownRevision.
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
            revision = steps.get_revision(target).revision
            passed = {step.revision for step in steps.iterate_revisions(current, "base")}
            move = command.downgrade if revision in passed else command.upgrade
            move(config, revision)
