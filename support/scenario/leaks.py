"""Whether a scenario took away everything that it created: rows, jobs, Redis keys, media files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from support.checks.changes import State, changes
from support.drivers.database import DatabaseDriver
from support.drivers.redis import RedisDriver
from support.evidence.recorder import Recorder
from support.polling import PollingTimeout, eventually
from support.scenario.run import Run
from support.scenario.state import StateOfStores

# Seconds for what still runs when a scenario ends, such as a job whose VOD was just deleted: if its worker was lost, it
# is taken over first.
SETTLING = 6.0


class LeakedRecord(Exception):
    """The scenario left something behind; the message names it."""


class LeakAudit:
    """Compares everything in the stores of an embedded platform before and after each scenario.

    Only a platform that nobody else uses can be compared as a whole. What one scenario left is reported once: it is
    part of what the next one finds. The sessions that scenarios share may appear at any time, but must neither go nor
    change; that Redis holds them is no matter, it is a cache.
    """

    def __init__(self, run: Run, *, volatile: Collection[str], retained: Collection[str]) -> None:
        self._run = run
        self._volatile = volatile
        self._retained = retained
        self._before = self._look()

    def check(self) -> None:
        """Raise LeakedRecord with every record that appeared, was deleted or changed since the last check."""
        before = self._before
        try:
            eventually(
                "what the scenario left",
                lambda: self._left(before),
                lambda left: not left,
                expected="nothing",
                within=SETTLING,
            )
        except PollingTimeout:
            left = self._left(before)
            if left:
                raise LeakedRecord(f"the scenario left something behind: {'; '.join(left)}") from None

    def _left(self, before: State) -> list[str]:
        self._before = now = self._look()
        shared = [("auth_sessions", id) for id in self._run.sessions.in_use]
        return list(map(str, changes({**{place: now.get(place, {}) for place in shared}, **before}, now)))

    def _look(self) -> State:
        unseen = Recorder(self._run.masker)  # what the audit asks is no evidence of the scenario's
        stores = StateOfStores(
            DatabaseDriver(self._run.engine, unseen), RedisDriver(self._run.redis, unseen), volatile=self._volatile
        )
        cached = {("Redis", f"session:{session.session_id}") for session in self._run.sessions.opened}
        found = {**stores.look(), **self._files()}
        return {place: found[place] for place in found if place not in cached and place[0] not in self._retained}

    def _files(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        root = self._run.deployment.media_root
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for folder, _, names in os.walk(root):
            for path in (Path(folder) / name for name in names):
                with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
                    found["media file", str(path.relative_to(root))] = {"size": path.stat().st_size}
        return found
