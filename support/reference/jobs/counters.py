"""Counters: reading them, and the effects that change them."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from support.reference.errors import NotFound
from support.reference.jobs.states import TaskFailed
from support.reference.jobs.tables import CounterEntryRow, CounterRow
from support.reference.services import Services


class Counter(NamedTuple):
    """A counter and the number of its entries."""

    name: str
    value: int
    entries: int


def add(session: Session, job_id: UUID, counter: str, amount: int) -> None:
    """Add an entry of a job to a counter. The entry of a job and a counter is unique."""
    raised = insert(CounterRow).values(name=counter, value=amount)
    session.execute(
        raised.on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value + raised.excluded.value})
    )
    _add_entry(session, job_id, counter, amount)


def transfer(session: Session, job_id: UUID, source: str, target: str, amount: int) -> None:
    """Move an amount between two counters. Raises TaskFailed if the source has less."""
    for name in sorted((source, target)):  # two opposite transfers lock in the same order
        session.execute(insert(CounterRow).values(name=name, value=0).on_conflict_do_nothing())
        session.execute(select(CounterRow.value).where(CounterRow.name == name).with_for_update())
    if (session.scalar(select(CounterRow.value).where(CounterRow.name == source)) or 0) < amount:
        raise TaskFailed("permanent.conflict", "the source counter is lower than the amount")
    for name, change in ((source, -amount), (target, amount)):
        session.execute(update(CounterRow).where(CounterRow.name == name).values(value=CounterRow.value + change))
        _add_entry(session, job_id, name, change)


def get(services: Services, name: str) -> Counter:
    """Return a counter. Raises NotFound."""
    with services.database.begin() as session:
        value = session.scalar(select(CounterRow.value).where(CounterRow.name == name))
        if value is None:
            raise _unknown()
        of_counter = CounterEntryRow.counter == name
        entries = session.scalar(select(func.count()).select_from(CounterEntryRow).where(of_counter)) or 0
        return Counter(name, value, entries)


def remove(services: Services, name: str) -> None:
    """Delete a counter with its entries. Raises NotFound."""
    with services.database.begin() as session:
        if session.scalar(delete(CounterRow).where(CounterRow.name == name).returning(CounterRow.name)) is None:
            raise _unknown()


def _add_entry(session: Session, job_id: UUID, counter: str, amount: int) -> None:
    values = {"job_id": job_id, "counter": counter, "amount": amount, "created_at": func.clock_timestamp()}
    session.execute(insert(CounterEntryRow).values(values))


def _unknown() -> NotFound:
    return NotFound("The counter was not found.")
