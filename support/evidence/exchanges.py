"""What one scenario observed of the platform, as plain data that travels from the worker to the runner."""

from __future__ import annotations

from dataclasses import dataclass

Answered = tuple[str, str]
"""An operation such as "GET /api/vod/{vod_id}", and the status of its response."""


@dataclass(frozen=True)
class Observed:
    """What one scenario observed of the platform.

    `answers` are operations with the statuses of their responses, `verdicts` operations with a role and whether it is
    allowed, `faults` components with the failure mode that was injected.
    """

    answers: frozenset[Answered] = frozenset()
    verdicts: frozenset[tuple[str, str, str]] = frozenset()
    faults: frozenset[tuple[str, str]] = frozenset()
