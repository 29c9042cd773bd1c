"""Rules about which scenarios may run at the same time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from behave.model import Scenario

from support.gherkin.tags import ALONE, LOCK, QUIET

Locks = frozenset[str]


def locks_of(
    scenarios: Sequence[Scenario], *, workers: int, shared: bool, compares: Callable[[Scenario], bool]
) -> Locks:
    """Return the locks that a bundle needs; ALONE is the lock of a scenario that runs with no other.

    `shared` states that all workers use one target: only then do the locks of a target matter. `compares` states
    whether a scenario compares the target's data: changes by other scenarios would be taken for its own.
    """
    tags = {str(tag) for scenario in scenarios for tag in scenario.effective_tags}
    if QUIET in tags and workers > 1:
        return frozenset({ALONE})
    if not shared or workers == 1:
        return frozenset()
    locks = frozenset(tag for tag in tags if tag.startswith(LOCK))
    return locks | {ALONE} if any(map(compares, scenarios)) else locks


def next_free(pending: Sequence[Locks], held: Collection[Locks]) -> int | None:
    """Return the position of the first bundle that may start, by the locks of the running bundles; None if none may.

    Bundles that run alone come last: as long as others are pending they would stop every worker.
    """
    taken = frozenset[str]().union(*held)
    only_alone_left = all(ALONE in locks for locks in pending)
    for position, locks in enumerate(pending):
        free = (not held and only_alone_left) if ALONE in locks else not (locks & taken or ALONE in taken)
        if free:
            return position
    return None
