"""Silence: once a second, records missed heartbeats and reports errors of statuses that stay silent.

The time of the last check and the start of the current availability of the database are in the database, so that a
restart of the process neither loses nor shortens a silence.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, text
from sqlalchemy.orm import Session

from support.reference.database import Database, utc_now
from support.reference.errors import DatabaseUnavailable
from support.reference.settings import Settings
from support.reference.status import events, service
from support.reference.status.states import STAGES, ChangeType, EventType
from support.reference.status.tables import StatusRow
from support.reference.status.updates import enqueue_forgotten

logger = logging.getLogger(__name__)

_CHECK_SECONDS = 1.0
# A longer pause between two checks is an outage of the database, or of this process: heartbeats may be lost.
_OUTAGE_SECONDS = 3.0
# A slower check was held up by the database, which held up heartbeats as well.
_MAX_QUERY_SECONDS = 1.0
_MOST_AT_ONCE = 100

_NOTE_CHECK = text(
    "UPDATE status_silence_checks SET checked_at = clock_timestamp(), available_since = CASE "
    "WHEN :was_away OR checked_at < clock_timestamp() - make_interval(secs => :outage) "
    "THEN clock_timestamp() ELSE available_since END RETURNING available_since"
)


class SilenceWatcher:
    """Checks for silence until its process ends, through every outage of the database."""

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.database_url.get_secret_value(), pool_size=1)
        self._was_away = False

    async def run(self) -> None:
        """Check every second."""
        while True:
            try:
                await asyncio.to_thread(self.check)
            except DatabaseUnavailable:
                self._was_away = True
            except Exception:  # one status must not end the checks of all others
                logger.exception("the check for silent statuses failed")
            await asyncio.sleep(_CHECK_SECONDS)

    def check(self) -> None:
        """Act on every status that is silent now. Raises DatabaseUnavailable."""
        started = monotonic()
        with self._database.begin() as session:
            noted = {"was_away": self._was_away, "outage": _OUTAGE_SECONDS}
            available_since: datetime = session.execute(_NOTE_CHECK, noted).scalar_one()
            enqueue_forgotten(session)
        self._was_away = monotonic() - started > _MAX_QUERY_SECONDS
        while not self._was_away and self._act(available_since):
            pass

    def _act(self, available_since: datetime) -> bool:
        """Act on some of the silent statuses in one transaction; True if there may be more."""
        with self._database.begin() as session:
            silent = session.scalars(_silent(utc_now(), available_since)).all()
            for row in silent:
                if row.missed_at is None:
                    _record_missed(session, row)
                else:
                    _report_error(session, row)
        return len(silent) == _MOST_AT_ONCE


def _silent(now: datetime, available_since: datetime) -> Select[StatusRow]:
    heard = func.greatest(StatusRow.active_at, literal(available_since))
    due = or_(
        StatusRow.missed_at.is_(None) & (heard < _before(now, StatusRow.heartbeat_timeout_seconds)),
        StatusRow.missed_at.is_not(None) & (heard < _before(now, 2 * StatusRow.heartbeat_timeout_seconds)),
    )
    # A status that is locked is being reported on at this moment.
    found = select(StatusRow).where(StatusRow.status.in_(STAGES), due).order_by(StatusRow.status_id)
    return found.limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)


def _before(now: datetime, seconds: Any) -> ColumnElement[datetime]:
    return literal(now) - func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def _record_missed(session: Session, row: StatusRow) -> None:
    row.missed_at = utc_now()
    events.record(session, row, [EventType.HEARTBEAT_MISSED], previous=row.status, at=row.missed_at)


def _report_error(session: Session, row: StatusRow) -> None:
    error = f"No heartbeat for {2 * row.heartbeat_timeout_seconds} s."
    service.report_error(session, row, {"error_info": error}, by=None, change_type=ChangeType.SYSTEM_EVENT)
