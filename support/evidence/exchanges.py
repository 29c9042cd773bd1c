"""What one scenario saw of the platform, as plain data that travels from the worker to the runner."""

from __future__ import annotations

from dataclasses import dataclass

Answered = tuple[str, str]
"""An operation such as "GET /api/vod/{vod_id}", and a status."""


@dataclass(frozen=True)
class Observed:
    """What one scenario saw of the platform.

    `answers` are operations with statuses, `verdicts` operations with a role and what was answered to it ("allowed",
    "refused"), `faults` parts of the platform with the way in which they were broken.
    """

    answers: frozenset[Answered] = frozenset()
    verdicts: frozenset[tuple[str, str, str]] = frozenset()
    faults: frozenset[tuple[str, str]] = frozenset()
