"""The tables of research that are no resources of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from support.drivers.database import DatabaseDriver
from support.scenario.resources import Resource


class ResearchStores:
    """History of research sessions and the audit log of erasures."""

    def __init__(self, database: DatabaseDriver) -> None:
        self._database = database

    def history(self, session: Resource) -> Sequence[Mapping[str, Any]]:
        """Return the changes of a session's state, oldest first, with the user name of who made them."""
        return self._database.rows(
            "SELECT old_state, new_state, changed_at, username FROM research_session_history AS history "
            "LEFT JOIN users ON users.id = changed_by WHERE session_id = :id ORDER BY history.id",
            id=session.id,
        )

    def audits(self, user_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the entries of the privacy audit log about a user."""
        return self._database.rows("SELECT * FROM privacy_audit WHERE user_id = :id", id=user_id)
